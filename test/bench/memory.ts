import { readdirSync, readFileSync } from 'node:fs';

/** What a process has in memory now. */
export function residentKb(pid: number): number {
  return numberIn(pid, 'status', /^VmRSS:\s+(\d+)/m);
}

/** The same with pages that it shares counted in part. */
export function proportionalKb(pid: number): number {
  return numberIn(pid, 'smaps_rollup', /^Pss:\s+(\d+)/m);
}

/** Every process of this machine and who started it. */
export function parentsOfProcesses(): Map<number, number> {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Map(ids.map(Number).map((pid) => [pid, numberIn(pid, 'status', /^PPid:\s+(\d+)/m)]));
}

export function commandLineOf(pid: number): string {
  return readProc(pid, 'cmdline');
}

function numberIn(pid: number, file: string, pattern: RegExp): number {
  return Number(pattern.exec(readProc(pid, file))?.[1] ?? 0);
}

/** A process may end between two looks at it; then there is nothing to read of it. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (thrown) {
    if (['ENOENT', 'ESRCH'].includes((thrown as NodeJS.ErrnoException).code ?? '')) return '';
    throw thrown;
  }
}
