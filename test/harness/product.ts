import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from './ports.ts';

export const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));

export interface ProductOptions {
  dataDir: string;
  /** Used when nobody else does; else, and by default, any free one. */
  preferredPort?: number;
  /** On top of this process's environment. */
  environment?: NodeJS.ProcessEnv;
  /** Told the program's own warnings and errors, one JSON line each. */
  say?: (line: string) => void;
  /** Options of Node itself, such as those of its profiler. */
  nodeOptions?: string[];
}

/** The product as a customer runs it: its own process, and by default its own embedded database. */
export interface Product {
  url: string;
  pid: number;
  /** With this environment `cqa` speaks to the same product. */
  environment: NodeJS.ProcessEnv;
  /** As kill −9: nothing is said and nothing is put in order. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** What `npm start` begins with, so that the program keeps little memory: server/heap.ts. */
export const memoryOptions = ['--max-semi-space-size=2'];
export const memoryEnvironment = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' };

/** Starts `npm start`'s program and waits until it is ready. */
export async function startProduct({
  dataDir,
  preferredPort,
  environment = {},
  say = () => undefined,
  nodeOptions = [],
}: ProductOptions): Promise<Product> {
  const port = await freePort(preferredPort);
  const settings = {
    ...process.env,
    PORT: String(port),
    CQA_DATA_DIR: dataDir,
    DATABASE_URL: '',
    ...memoryEnvironment,
    // Products that run at once must not fight for the usual port.
    CQA_INBOX_PORT: '0',
    // Test servers are on this machine; a customer's never are.
    CQA_EGRESS_ALLOW: '127.0.0.0/8',
    ...environment,
  };
  const program = fileURLToPath(new URL('../../server/main.js', import.meta.url));
  const child = spawn(process.execPath, [...memoryOptions, ...nodeOptions, program], {
    env: settings,
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  await untilReady(child, say);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    environment: settings,
    kill: () => end(child, 'SIGKILL'),
    stop: () => end(child, 'SIGTERM'),
  };
}

interface LogLine {
  level: number;
  msg: string;
}

const warning = 40;
const fatal = 60;

async function untilReady(child: ChildProcess, say: (line: string) => void): Promise<void> {
  let lastWords = '';
  const ready = new Promise<void>((resolve) => {
    if (!child.stderr) throw new Error('the program was started without a pipe for its log');
    createInterface({ input: child.stderr }).on('line', (line) => {
      const { level, msg } = parseLog(line);
      if (msg === 'ready') resolve();
      if (level >= warning) say(line);
      if (level >= fatal) lastWords = msg;
    });
  });
  const ended = once(child, 'close').then(([code]) => {
    throw new Error(`The program ended with code ${code} before it was ready. ${lastWords}`);
  });
  await Promise.race([ready, ended]);
  ended.catch(() => undefined);
}

function parseLog(line: string): LogLine {
  return line.startsWith('{') ? JSON.parse(line) : { level: warning, msg: line };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}
