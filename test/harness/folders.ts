import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** In memory where the machine has such a place. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const prefix = 'cqa-test-';
const made = new Set<string>();
let isWatchingExit = false;

/** A new folder; gone when the test file ends, or else when the process does. */
export function scratchFolder(name: string): string {
  if (!isWatchingExit) process.once('exit', removeScratch);
  isWatchingExit = true;
  const folder = mkdtempSync(join(place, `${prefix}${process.pid}-${name}-`));
  made.add(folder);
  return folder;
}

/** A product's folder has hundreds of megabytes of memory; a run of all tests would fill the machine with them. */
export function removeScratch(): void {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
  made.clear();
}

/** Removes what processes left that were killed. */
export function removeLeftScratch(): void {
  for (const name of readdirSync(place)) {
    const [, pid] = name.match(/^cqa-test-(\d+)-/) ?? [];
    if (pid && !isAlive(Number(pid))) rmSync(join(place, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
