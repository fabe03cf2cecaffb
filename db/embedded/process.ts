import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { greeted } from './greeting.ts';
import type { Layout } from './layout.ts';

/** How a process ended: its exit code, its signal, or what kept it from being started at all. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  error?: Error;
}

const stopTimeoutMs = 10_000;
const logBytesMax = 10 * 1024 * 1024;

/** One run of the database server. */
export class ServerProcess {
  readonly exited: Promise<Exit>;
  /** Resolves true once the server greets, false if it ended before. */
  readonly ready: Promise<boolean>;
  /** Where in the log this run begins, in bytes. */
  readonly logStart: number;
  readonly #child: ChildProcess;
  #running = true;

  constructor(program: string, options: readonly string[], layout: Layout) {
    this.logStart = rotateLog(layout.log);
    this.#child = spawnServer(program, options, layout.log);
    if (this.#child.pid !== undefined) writeFileSync(layout.pid, `${this.#child.pid}\n`, { mode: 0o600 });
    this.exited = this.#end();
    this.ready = greeted(layout.socket, () => this.#running);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Ends the server in order. It is asked only after it has greeted: a server that is told to stop in its first moments
   * can hang for ever and keep its files locked.
   */
  async stop(): Promise<Exit> {
    await this.ready;
    this.#child.kill('SIGTERM');
    const waiting = new AbortController();
    const late = pause(stopTimeoutMs, 'late' as const, { signal: waiting.signal }).catch(() => 'ended' as const);
    if ((await Promise.race([this.exited, late])) === 'late') this.#child.kill('SIGKILL');
    const exit = await this.exited;
    waiting.abort();
    return exit;
  }

  async #end(): Promise<Exit> {
    const exit = await exitOf(this.#child);
    this.#running = false;
    return exit;
  }
}

async function exitOf(child: ChildProcess): Promise<Exit> {
  try {
    const [code, signal] = await once(child, 'exit');
    return { code, signal };
  } catch (thrown) {
    return { code: null, signal: null, error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }
}

function spawnServer(program: string, options: readonly string[], log: string): ChildProcess {
  const [command = program, ...before] = diesWithUs() ? ['setpriv', '--pdeathsig', 'TERM', program] : [program];
  const output = openSync(log, 'a', 0o600);
  try {
    return spawn(command, [...before, ...options], {
      // A session of its own: Ctrl-C in the terminal reaches us, and we stop the server in order.
      detached: true,
      stdio: ['ignore', output, output],
      env: serverEnvironment(),
    });
  } finally {
    closeSync(output);
  }
}

/** Only what a server needs: our own settings hold secrets that it has no use for. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH, HOME } = process.env;
  return {
    PATH,
    TZ: 'UTC',
    ...(HOME === undefined ? {} : { HOME }),
    ...(LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH }),
  };
}

/**
 * Linux can end the server with us even when we are killed. The signal is tied to the thread that spawned, so only the
 * main thread, which lives as long as the process, may ask for it.
 */
function diesWithUs(): boolean {
  if (process.platform !== 'linux' || !isMainThread) return false;
  return spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true'], { stdio: 'ignore' }).status === 0;
}

function rotateLog(path: string): number {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes <= logBytesMax) return bytes;
  renameSync(path, `${path}.1`);
  return 0;
}
