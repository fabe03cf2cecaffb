import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { commandLineOf, parentsOfProcesses } from '../memory.ts';

/** Linux counts processor time in these, whatever its timer does. */
const ticksPerSecond = 100;

/** The process among our children, and theirs, whose command line holds this. */
export function findOurProcess(pattern: RegExp): number {
  const parents = parentsOfProcesses();
  const isOurs = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent === process.pid || (parent !== undefined && parent > 1 && isOurs(parent));
  };
  const found = [...parents.keys()].find((pid) => isOurs(pid) && pattern.test(commandLineOf(pid)));
  if (found === undefined) throw new Error(`No process of ours runs ${pattern}.`);
  return found;
}

export interface Shares {
  /** Processor time of each. */
  seconds: Record<string, number>;
  words: string;
}

/**
 * Watches processor time from now on. What it gives says of each process how much of one core it had, and how busy the
 * whole machine was, so that a reader sees what others took.
 */
export function watchShares(processes: Readonly<Record<string, number>>): () => Shares {
  const before = Object.values(processes).map(ticksOf);
  const machineBefore = machineTicks();
  const startedAt = performance.now();
  return () => {
    const elapsed = ((performance.now() - startedAt) / 1000) * ticksPerSecond;
    const share = (ticks: number) =>
      `${Math.round((ticks / elapsed) * 100)} % (${(ticks / ticksPerSecond).toFixed(1)} s)`;
    const used = Object.values(processes).map((pid, index) => ticksOf(pid) - (before[index] ?? 0));
    const each = Object.keys(processes).map((name, index) => `${name} ${share(used[index] ?? 0)}`);
    const ours = used.reduce((sum, ticks) => sum + ticks, 0);
    const others = Math.max(0, machineTicks() - machineBefore - ours);
    const names = Object.keys(processes);
    return {
      seconds: Object.fromEntries(names.map((name, index) => [name, (used[index] ?? 0) / ticksPerSecond])),
      words: `CPU, of one core: ${each.join(', ')}; everything else on this machine ${share(others)} (${availableParallelism()} cores)`,
    };
  };
}

/** User and system time of all its threads. */
function ticksOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name in brackets, which may hold spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** All that the machine has worked, idle and waiting for the disk left out. */
function machineTicks(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.trim().split(/\s+/).slice(1).map(Number);
  return user + nice + system + irq + softirq;
}
