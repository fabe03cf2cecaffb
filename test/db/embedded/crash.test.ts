import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { type EmbeddedDatabase, startEmbedded } from '../../../db/embedded/embedded.ts';
import { layoutOf } from '../../../db/embedded/layout.ts';
import { serverOptions } from '../../../db/embedded/options.ts';
import { describeProgram } from '../../../db/embedded/program.ts';
import type { AppError } from '../../../shared/error.ts';
import {
  connectTo,
  databaseProgram,
  ended,
  isRunning,
  serverPid,
  smallServer,
  startOwner,
  temporaryFolder,
  until,
} from './server.ts';

describe('an embedded database after a crash', () => {
  let folder: ReturnType<typeof temporaryFolder>;

  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const start = (more: object = {}): Promise<EmbeddedDatabase> =>
    startEmbedded({ dataDir: folder.path, serverProgram: databaseProgram(), ...smallServer, ...more });

  it('starts again at once with every committed row after kill -9 of its owner', async () => {
    const { child, line } = await startOwner(folder.path, databaseProgram());
    const writer = await connectTo(line);
    writer.on('error', () => undefined);
    await writer.query('CREATE TABLE kept (n INT PRIMARY KEY)');
    for (let n = 0; n < 50; n++) await writer.query('INSERT INTO kept VALUES (?)', [n]);
    child.kill('SIGKILL');
    await ended(child);
    const database = await start();
    const reader = await connectTo(database);
    const [rows] = await reader.query<RowDataPacket[]>('SELECT COUNT(*) AS kept FROM kept');
    await reader.end();
    await database.stop();
    expect(rows).to.deep.equal([{ kept: 50 }]);
  });

  it('stops a server that was left behind, and says so', async () => {
    await (await start()).stop();
    const layout = layoutOf(folder.path);
    const program = await describeProgram(databaseProgram());
    const options = serverOptions(program, layout, { ...smallServer, extra: [] });
    const log = openSync(layout.log, 'a');
    const left = spawn(program.path, options, { stdio: ['ignore', log, log] });
    writeFileSync(layout.pid, `${left.pid}\n`);
    const said: string[] = [];
    const database = await start({ say: (text: string) => said.push(text) });
    await ended(left);
    await database.stop();
    expect(said.join()).to.contain(`process ${left.pid}`);
  });

  it('does not touch a process that merely has the old number', async () => {
    await (await start()).stop();
    const stranger = spawn('sleep', ['60']);
    writeFileSync(layoutOf(folder.path).pid, `${stranger.pid}\n`);
    await (await start()).stop();
    const survived = stranger.exitCode === null && stranger.signalCode === null;
    stranger.kill();
    expect(survived).to.equal(true);
  });

  it('restarts its server after kill -9 in the middle of writes, and every answered commit is there', async () => {
    const said: string[] = [];
    const database = await start({ say: (text: string) => said.push(text) });
    const writer = await connectTo(database);
    writer.on('error', () => undefined);
    await writer.query('CREATE TABLE kept (n INT PRIMARY KEY AUTO_INCREMENT, filler CHAR(200))');
    let answered = 0;
    const pid = serverPid(folder.path);
    const failure = await (async () => {
      for (;;) {
        await writer.query('INSERT INTO kept (filler) VALUES (?)', ['x'.repeat(200)]);
        if (++answered === 300) process.kill(pid, 'SIGKILL');
      }
    })().catch((error: Error) => error);
    expect(failure).to.be.instanceOf(Error);
    await until('the server answers again', () =>
      connectTo(database).then(
        (c) => c.end().then(() => true),
        () => false,
      ),
    );
    const reader = await connectTo(database);
    const [rows] = await reader.query<RowDataPacket[]>('SELECT COUNT(*) AS kept FROM kept');
    await reader.end();
    await database.stop();
    expect(Number(rows[0]?.kept)).to.be.within(answered, answered + 1);
    expect(said.join()).to.contain('ended unexpectedly');
  });

  it('gives up after three ends in a minute and tells why', async () => {
    const gone: AppError[] = [];
    const database = await start({ onGone: (error: AppError) => gone.push(error) });
    const killed = new Set<number>();
    await until('given up', () => {
      const pid = serverPid(folder.path);
      if (isRunning(pid)) process.kill(pid, 'SIGKILL');
      killed.add(pid);
      return gone.length > 0;
    });
    await database.stop();
    expect(killed.size).to.equal(3);
    expect(gone.map((error) => error.code)).to.deep.equal(['database_failed']);
  });

  it('makes a new password when its file was lost', async () => {
    const first = await start();
    await first.stop();
    rmSync(join(folder.path, 'database/password'));
    const second = await start();
    await (await connectTo(second)).end();
    await second.stop();
    expect(second.password).not.to.equal(first.password);
  });

  it('begins again when the making of its tables was cut off', async () => {
    const unfinished = join(folder.path, 'database/tables.new-1');
    mkdirSync(unfinished, { recursive: true });
    await (await start()).stop();
    expect(existsSync(unfinished)).to.equal(false);
  });
});
