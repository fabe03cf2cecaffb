import { readdirSync, readFileSync } from 'node:fs';

/**
 * Stops a process (SIGSTOP) and returns once it stands still: its threads run on for a moment after the signal was sent, and
 * would answer one more request.
 */
export function freeze(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  // Elsewhere nothing tells of it.
  if (process.platform !== 'linux') return;
  while (statesOfThreads(pid).some((state) => !standing.includes(state)));
}

/** Stopped, by a signal or a tracer; ended. */
const standing = 'TtZX';

function statesOfThreads(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      return [stat.charAt(stat.lastIndexOf(')') + 2)];
    } catch (error) {
      // A thread may end between the two looks.
      if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
      throw error;
    }
  });
}
