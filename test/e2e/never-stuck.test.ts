import type { Moment } from '../harness/database-proxy.ts';
import { eventually } from '../harness/eventually.ts';
import { type BlowName, undergo } from './never-stuck/blows.ts';
import { openPlaces, type Places } from './never-stuck/places.ts';
import { Stage } from './never-stuck/stage.ts';
import { type StateChange, stateChanges } from './never-stuck/state-changes.ts';

const leaseSeconds = 6;
const stageCount = 3;

/**
 * It is killed at each of them, before the statement or after its commit by turns; how else it is lost turns, too. The bench
 * does it all.
 */
const others: { blow: BlowName; moment: Moment }[] = [
  { blow: 'SIGSTOP', moment: 'after' },
  { blow: 'cut', moment: 'before' },
  { blow: 'SIGSTOP', moment: 'before' },
  { blow: 'silence', moment: 'after' },
];

function blowsOf(index: number): { blow: BlowName; moment: Moment }[] {
  return [
    { blow: 'kill −9', moment: index % 2 === 0 ? 'before' : 'committed' },
    ...others.filter((_, turn) => turn === index % others.length),
  ];
}

describe('a worker process that is lost at a change of state', () => {
  let places: Places;
  const stages: Stage[] = [];
  const endings = new Map<StateChange, Promise<number[]>>();

  before(async () => {
    places = await openPlaces();
    for (let index = 0; index < stageCount; index++) stages.push(await Stage.open(leaseSeconds));
    begin();
  });
  after(async () => {
    await Promise.allSettled(endings.values());
    for (const stage of stages) await stage.close();
    await places.close();
  });

  /** Most of the time is waiting for leases, so several stages play side by side; each takes the next change. */
  function begin(): void {
    const idle: Promise<unknown>[] = stages.map(() => Promise.resolve());
    for (const [index, change] of stateChanges.entries()) {
      const turn = index % stageCount;
      const stage = stages[turn];
      if (!stage) continue;
      const ending = (idle[turn] ?? Promise.resolve()).then(() => sufferAll(stage, change, index));
      endings.set(change, ending);
      // Its failure is met by its test.
      idle[turn] = ending.catch(() => undefined);
    }
  }

  async function sufferAll(stage: Stage, change: StateChange, index: number): Promise<number[]> {
    const taken: number[] = [];
    for (const { blow, moment } of blowsOf(index)) {
      try {
        taken.push(await undergo(stage, places, change, { blow, moment }));
      } catch (error) {
        await stage.clear();
        throw new Error(`${blow} ${moment}: ${error instanceof Error ? error.message : error}`, { cause: error });
      }
    }
    return taken;
  }

  for (const change of stateChanges)
    it(`${change.name}: another one brings the end, once, and whoever comes back changes nothing`, async () => {
      const taken = await eventually('its turn', () => endings.get(change));
      console.log(`      ended after ${taken.map((leases) => leases.toFixed(1)).join(', ')} leases`);
    });
});
