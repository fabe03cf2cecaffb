import { type BlowName, undergo } from '../e2e/never-stuck/blows.ts';
import { cancelCases } from '../e2e/never-stuck/cancel-cases.ts';
import { openPlaces, type Places } from '../e2e/never-stuck/places.ts';
import { Stage } from '../e2e/never-stuck/stage.ts';
import { type StateChange, stateChanges } from '../e2e/never-stuck/state-changes.ts';
import type { Moment } from '../harness/database-proxy.ts';
import { type BenchResult, compare } from './result.ts';

const leaseSeconds = 10;
const leasesLimit = 2;
const cancelLimitMs = 5_000;
const stageCount = 3;

/** Each way in its hardest moment: with nothing said, and with rows locked or a result that the program never hears of. */
const blows: { blow: BlowName; moment: Moment }[] = [
  { blow: 'kill −9', moment: 'before' },
  { blow: 'kill −9', moment: 'committed' },
  { blow: 'SIGSTOP', moment: 'after' },
  { blow: 'cut', moment: 'before' },
  { blow: 'silence', moment: 'after' },
];

/**
 * A worker process is lost at each change of a state, in each way: how long until the end, in
 * leases. Then executions are cancelled in each state and step: how long until their end.
 */
export async function benchNeverStuck({ say = console.error } = {}): Promise<BenchResult[]> {
  const places = await openPlaces();
  const stages = await Promise.all(Array.from({ length: stageCount }, () => Stage.open(leaseSeconds)));
  try {
    return [await losses(stages, places, say), await cancels(stages[0], places, say)];
  } finally {
    for (const stage of stages) await stage.close();
    await places.close();
  }
}

async function losses(stages: Stage[], places: Places, say: (line: string) => void): Promise<BenchResult> {
  const left = [...stateChanges];
  const worst: { name: string; leases: number }[] = [];
  await Promise.all(
    stages.map(async (stage) => {
      for (let change = left.shift(); change; change = left.shift()) {
        const taken = await worstOf(stage, places, change);
        worst.push({ name: change.name, leases: taken.leases });
        say(`${change.name}: ${taken.leases.toFixed(2)} leases at worst, by ${taken.by}`);
      }
    }),
  );
  const peer = Math.max(...worst.map(({ leases }) => leases));
  const notes = [
    'ours: the limit; peer: the longest time from the loss of a process to the end, in leases',
    `${stateChanges.length} changes of state, each with ${blows.length} losses: ${blows.map(({ blow, moment }) => `${blow} ${moment}`).join(', ')}`,
    `leases of ${leaseSeconds} s, two processes; the other one brings the end`,
    ...worst.map(({ name, leases }) => `${name}: ${leases.toFixed(2)}`),
  ];
  return compare({ name: 'never stuck, end after a loss', unit: 'leases', bar: 1, notes }, [
    { ours: leasesLimit, peer },
  ]);
}

async function worstOf(stage: Stage, places: Places, change: StateChange): Promise<{ leases: number; by: string }> {
  let worst = { leases: 0, by: 'none' };
  for (const { blow, moment } of blows) {
    const leases = await undergo(stage, places, change, { blow, moment });
    if (leases >= worst.leases) worst = { leases, by: `${blow} ${moment}` };
  }
  return worst;
}

async function cancels(stage: Stage | undefined, places: Places, say: (line: string) => void): Promise<BenchResult> {
  const notes = ['ours: the limit; peer: the longest time from the request to the end'];
  let peer = 0;
  for (const { name, cancel } of cancelCases) {
    if (!stage) break;
    const takenMs = await cancel(stage, places);
    peer = Math.max(peer, takenMs);
    notes.push(`${name}: ${takenMs} ms`);
    say(`cancelled ${name}: ${takenMs} ms`);
  }
  return compare({ name: 'never stuck, end after a cancel', unit: 'ms', bar: 1, notes }, [
    { ours: cancelLimitMs, peer },
  ]);
}
