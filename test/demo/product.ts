import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The product as a customer would run it: its own process, its own embedded database. */
export interface Product {
  url: string;
  environment: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

export const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));
const preferredPort = 4000;

/** Starts `npm start`'s program on a data folder of its own that begins empty, so that every count is known. */
export async function startProduct(dataDir: string, say: (line: string) => void): Promise<Product> {
  rmSync(dataDir, { recursive: true, force: true });
  const port = await freePort();
  const environment = {
    ...process.env,
    PORT: String(port),
    CQA_DATA_DIR: dataDir,
    DATABASE_URL: '',
    // The demo's SFTP server is on this machine; customers' servers never are.
    CQA_EGRESS_ALLOW: '127.0.0.0/8',
  };
  const child = spawn(process.execPath, [join(packageRoot, 'dist/server/main.js')], {
    env: environment,
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  await untilReady(child, say);
  return { url: `http://127.0.0.1:${port}`, environment, stop: () => stop(child) };
}

/** 4000 where nobody uses it, else any. */
function freePort(): Promise<number> {
  const tryPort = (port: number) =>
    new Promise<number>((resolve, reject) => {
      const probe = createServer();
      probe.once('error', reject);
      probe.listen(port, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === 'object' && address ? address.port : port));
      });
    });
  return tryPort(preferredPort).catch(() => tryPort(0));
}

interface LogLine {
  level: number;
  msg: string;
}

const warning = 40;

async function untilReady(child: ChildProcess, say: (line: string) => void): Promise<void> {
  const lines = createInterface({ input: child.stderr ?? process.stdin });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The program ended with code ${code} before it was ready.`);
  });
  const ready = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      const { level, msg } = parseLog(line);
      if (msg === 'ready') resolve();
      else if (level >= warning) say(line);
    });
  });
  await Promise.race([ready, ended]);
  ended.catch(() => undefined);
}

function parseLog(line: string): LogLine {
  return line.startsWith('{') ? JSON.parse(line) : { level: warning, msg: line };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
