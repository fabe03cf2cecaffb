/** A process of its own that owns an embedded database: the tests start it and kill it. Prints one JSON line when up. */
import { startEmbedded } from '../../../db/embedded/embedded.ts';
import { AppError } from '../../../shared/error.ts';
import { smallServer } from './server.ts';

const [dataDir = '', serverProgram = ''] = process.argv.slice(2);

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

try {
  const database = await startEmbedded({ dataDir, serverProgram, ...smallServer });
  print({ ...database, pid: process.pid });
  process.on('SIGTERM', () => void database.stop());
  const keepAlive = setInterval(() => undefined, 60_000);
  process.on('SIGTERM', () => clearInterval(keepAlive));
} catch (thrown) {
  const error = AppError.from(thrown);
  print({ code: error.code, message: error.message });
  process.exitCode = 1;
}
