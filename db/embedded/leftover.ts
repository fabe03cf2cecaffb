import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../shared/error.ts';
import { systemCode } from './folders.ts';
import type { Layout } from './layout.ts';

const stopTimeoutMs = 10_000;
const probeEveryMs = 50;

/**
 * Ends a server that a crash of ours left on this folder, so that its files are free. Only to be called by the lock's
 * holder: whatever runs on the folder then has no owner.
 * @throws AppError database_in_use when it cannot be ended
 */
export async function endLeftover(layout: Layout, say: (line: string) => void): Promise<void> {
  const pid = leftoverPid(layout);
  if (pid !== undefined) {
    say(`A database server (process ${pid}) is left from a run that was cut off; stopping it.`);
    await endProcess(pid, layout);
  }
  rmSync(layout.pid, { force: true });
}

function leftoverPid(layout: Layout): number | undefined {
  if (!existsSync(layout.pid)) return undefined;
  const pid = Number.parseInt(readFileSync(layout.pid, 'utf8'), 10);
  // The number may belong to some other program by now.
  return pid > 1 && commandLine(pid).includes(`--datadir=${layout.tables}`) ? pid : undefined;
}

/** The command line of a process; empty where there is none, or where it has ended and only waits to be collected. */
function commandLine(pid: number): string {
  const path = `/proc/${pid}/cmdline`;
  if (process.platform === 'linux') return existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (!alive(pid)) return '';
  return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
}

async function endProcess(pid: number, layout: Layout): Promise<void> {
  signal(pid, 'SIGTERM', layout);
  if (await gone(pid, stopTimeoutMs)) return;
  signal(pid, 'SIGKILL', layout);
  if (await gone(pid, stopTimeoutMs)) return;
  throw new AppError(
    'database_in_use',
    `A database server that an earlier run left on ${layout.dataDir} (process ${pid}) does not end. ` +
      `End it (kill -9 ${pid}) and start again.`,
  );
}

function signal(pid: number, name: NodeJS.Signals, layout: Layout): void {
  try {
    process.kill(pid, name);
  } catch (cause) {
    if (systemCode(cause) === 'ESRCH') return;
    const message = `Process ${pid}, started by another user, runs a database on ${layout.dataDir}. Stop it and start again.`;
    throw new AppError('database_in_use', message, { cause });
  }
}

async function gone(pid: number, withinMs: number): Promise<boolean> {
  const deadlineMs = Date.now() + withinMs;
  while (commandLine(pid) !== '') {
    if (Date.now() > deadlineMs) return false;
    await pause(probeEveryMs);
  }
  return true;
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return systemCode(thrown) === 'EPERM';
  }
}
