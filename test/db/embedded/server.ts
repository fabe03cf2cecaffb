import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Connection, createConnection } from 'mysql2/promise';
import type { EmbeddedConnection } from '../../../db/embedded/connection.ts';
import { findProgram } from '../../../server/machine/programs.ts';
import { patienceMs } from '../../harness/eventually.ts';

/** Little memory and a small log: a test's server starts in a second. */
export const smallServer = {
  bufferPoolMb: 16,
  redoLogMb: 16,
};

export function databaseProgram(): string {
  const found = findProgram('database');
  if (found === undefined) throw new Error('no database server is installed: run `npm test`, which installs it');
  return found;
}

/** A new folder for one test; `remove` deletes it. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'cqa-embedded-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function connectTo({ socketPath, user, password, database }: EmbeddedConnection): Promise<Connection> {
  return createConnection({ socketPath, user, password, database });
}

/** Polls until the condition holds; fails with its name after the deadline. */
export async function until(
  name: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = patienceMs,
): Promise<void> {
  const deadlineMs = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${name}`);
    await pause(20);
  }
}

/** The pid of the server that was last started on this data folder. */
export function serverPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'database/server.pid'), 'utf8'));
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export type OwnerLine = EmbeddedConnection & { pid: number; code?: string; message?: string };

/** Starts owner.ts as a process of its own; resolves with the one line that it prints. */
export async function startOwner(dataDir: string, program: string): Promise<{ child: ChildProcess; line: OwnerLine }> {
  const script = fileURLToPath(new URL('./owner.js', import.meta.url));
  const child = spawn(process.execPath, [script, dataDir, program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, line: JSON.parse(String(text)) };
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
