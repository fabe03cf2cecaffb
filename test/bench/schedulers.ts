import { testAccount, testServices } from '../harness/services.ts';
import { runRace } from '../server/schedule/race.ts';
import { type BenchResult, compare } from './result.ts';

const jobs = 1_000;
const ticks = 10;

/** Two scheduler processes race over ten thousand due times: no double, no miss. */
export async function benchSchedulers({ say = console.error } = {}): Promise<BenchResult> {
  const services = await testServices();
  try {
    const { id: accountId } = await testAccount(services, { timezone: 'UTC' });
    const race = await runRace(services, { accountId, jobs, ticks });
    const due = jobs * ticks;
    const onceEach = race.executions === race.dueTimes && race.caughtUp === 0 ? race.dueTimes : 0;
    const notes = [
      'ours: due times fired exactly once; peer: due times that came',
      `${jobs} jobs at ${ticks} instants; fired by each process: ${race.firedBy.join(' and ')}; ${race.executions - race.dueTimes} doubles, ${due - race.dueTimes} misses, ${race.caughtUp} caught up`,
      `${Math.round(due / (race.ms / 1000))} due times a second, both together`,
    ];
    for (const note of notes.slice(1)) say(note);
    return compare({ name: 'two schedulers racing', unit: 'due times', bar: 1, notes }, [
      { ours: onceEach, peer: due },
    ]);
  } finally {
    await services.close();
  }
}
