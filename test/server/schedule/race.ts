import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RowDataPacket } from 'mysql2/promise';
import { dueJobs } from '../../../db/queries/jobs.ts';
import type { Services } from '../../../server/services.ts';
import { eventually } from '../../harness/eventually.ts';
import { settingsOf } from '../../harness/services.ts';
import { addJob } from '../jobs/jobs.ts';

const program = fileURLToPath(new URL('./scheduler-process.js', import.meta.url));

interface SchedulerProcess {
  fireAt(now: Date): Promise<number>;
  stop(): Promise<void>;
  /** SIGKILL: it ends in the midst of whatever it does. */
  kill(): Promise<void>;
}

async function startSchedulerProcess(services: Services): Promise<SchedulerProcess> {
  const child = fork(program, { serialization: 'advanced' });
  const gone = once(child, 'exit');
  await ask(child, { settings: settingsOf(services) });
  return {
    fireAt: (now) => ask(child, { nowMs: now.getTime() }),
    async stop() {
      child.disconnect();
      await gone;
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function ask(child: ChildProcess, message: object): Promise<number> {
  const over = new AbortController();
  const { signal } = over;
  const answered = once(child, 'message', { signal });
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the scheduler process ended with ${code}`);
  });
  try {
    child.send(message);
    const [{ fired }] = await Promise.race([answered, ended]);
    return fired;
  } finally {
    over.abort();
    await Promise.allSettled([answered, ended]);
  }
}

export interface Race {
  accountId: number;
  jobs: number;
  ticks: number;
}

export interface RaceResult extends Counted {
  /** Executions that each scheduler process made. */
  firedBy: number[];
  ms: number;
}

/** Two processes fire the same jobs at the same instants; both are told of the next one when both are done. */
export async function runRace(services: Services, { accountId, jobs, ticks }: Race): Promise<RaceResult> {
  const first = Date.parse('2026-12-01T00:00:00Z');
  const schedule = { frequency: 'every', minutes: 1, timezone: 'UTC', overlap: 'queue' };
  for (let index = 0; index < jobs; index++)
    await addJob(services, { accountId, schedule, nextDueAt: new Date(first) });
  const schedulers = await Promise.all([startSchedulerProcess(services), startSchedulerProcess(services)]);
  const firedBy = schedulers.map(() => 0);
  const began = performance.now();
  for (let tick = 0; tick < ticks; tick++) {
    const now = new Date(first + tick * 60_000);
    // Each leaves what the other has locked; the one that ends last has left nothing.
    const fired = await Promise.all(schedulers.map((scheduler) => scheduler.fireAt(now)));
    for (const [index, count] of fired.entries()) firedBy[index] = (firedBy[index] ?? 0) + count;
  }
  const ms = performance.now() - began;
  await Promise.all(schedulers.map((scheduler) => scheduler.stop()));
  return { firedBy, ...(await countHistory(services, accountId)), ms };
}

/** Two processes fire the same jobs; one is killed in the midst of it, and the other one goes on alone. */
export async function runRaceWithKill(
  services: Services,
  { accountId, jobs }: Pick<Race, 'accountId' | 'jobs'>,
): Promise<Counted> {
  const now = new Date('2026-12-01T00:00:00Z');
  const schedule = { frequency: 'daily', at: '00:00', timezone: 'UTC' };
  for (let index = 0; index < jobs; index++) await addJob(services, { accountId, schedule, nextDueAt: now });
  const [victim, survivor] = await Promise.all([startSchedulerProcess(services), startSchedulerProcess(services)]);
  const cutOff = victim.fireAt(now).then(
    () => false,
    () => true,
  );
  const firing = survivor.fireAt(now);
  await eventually('a tenth was fired', async () => (await countHistory(services, accountId)).executions >= jobs / 10);
  await victim.kill();
  if (!(await cutOff)) throw new Error('the scheduler had done everything before it was killed');
  await firing;
  // What the dead one had locked is free when the database has seen that it is gone.
  await eventually('nothing is owed', async () => {
    await survivor.fireAt(now);
    return (await dueJobs(services.database.pool, now, 1)).length === 0;
  });
  await survivor.stop();
  return await countHistory(services, accountId);
}

interface Counted {
  /** Executions in the history, and how many different due times they have. */
  executions: number;
  dueTimes: number;
  /** Those that stand for more than their own time, or came late. */
  caughtUp: number;
}

async function countHistory(services: Services, accountId: number): Promise<Counted> {
  const [rows] = await services.database.pool.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS executions, COUNT(DISTINCT job_id, due_at) AS dueTimes,
       CAST(COALESCE(SUM(trigger_kind <> 'schedule'), 0) AS SIGNED) AS caughtUp
     FROM execution WHERE account_id = ?`,
    [accountId],
  );
  return rows[0] as Counted & RowDataPacket;
}
