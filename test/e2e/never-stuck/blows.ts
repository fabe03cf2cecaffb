import { expect } from 'chai';
import type { Moment } from '../../harness/database-proxy.ts';
import { eventually } from '../../harness/eventually.ts';
import type { Places } from './places.ts';
import type { Stage } from './stage.ts';
import type { StateChange } from './state-changes.ts';
import type { WorkerProcess } from './worker-process.ts';

export type BlowName = 'kill −9' | 'SIGSTOP' | 'cut' | 'silence';

interface Blow {
  strike(worker: WorkerProcess): void;
  /** After the end: what it takes to work on. Asserts that whoever comes back leaves everything as it is. */
  recover(stage: Stage, worker: WorkerProcess, isLeaseLost: boolean): Promise<void>;
}

const blows: Record<BlowName, Blow> = {
  'kill −9': {
    strike: ({ pid }) => process.kill(pid, 'SIGKILL'),
    recover: () => Promise.resolve(),
  },
  SIGSTOP: {
    strike: ({ pid }) => process.kill(pid, 'SIGSTOP'),
    recover: (stage, worker, isLeaseLost) =>
      comesBack(stage, worker, isLeaseLost, () => {
        process.kill(worker.pid, 'SIGCONT');
        worker.proxy.mend();
      }),
  },
  cut: {
    strike: ({ proxy }) => proxy.cut(),
    recover: (stage, worker) => comesBack(stage, worker, false, () => worker.proxy.mend()),
  },
  silence: {
    strike: ({ proxy }) => proxy.silence(),
    recover: (stage, worker) => comesBack(stage, worker, false, () => worker.proxy.mend()),
  },
};

/** What a process that was away does when it is let go: it works again, and what has ended without it stays as it is. */
async function comesBack(stage: Stage, worker: WorkerProcess, isLeaseLost: boolean, letGo: () => void): Promise<void> {
  const before = await contents(stage);
  const lines = worker.log.length;
  const statements = worker.proxy.statementCount();
  letGo();
  await eventually('it asks the database again', () => worker.proxy.statementCount() > statements + 5);
  if (isLeaseLost) await untilGivenUp(() => worker.log.slice(lines));
  expect(await contents(stage)).to.deep.equal(before);
}

/** It has noticed that its lease is lost, or could not even ask: its connections may have been ended meanwhile. */
async function untilGivenUp(said: () => string[]): Promise<void> {
  try {
    const isGivenUp = (line: string) => /lease_lost|lease is over|comes back when its lease ends/.test(line);
    await eventually('it says that its lease is lost', () => said().some(isGivenUp));
  } catch (error) {
    throw new Error(`${error}; it said ${said().join('\n') || 'nothing'}`);
  }
}

const tables = [
  ...['execution', 'execution_step', 'execution_log', 'execution_connector', 'source_item', 'waiting_item'],
  ...['report_part', 'delivery', 'interaction', 'recording', 'analysis', 'work'],
];

async function contents(stage: Stage): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const table of tables)
    found[table] = (await stage.rows(`SELECT * FROM ${table}`)).map((row) => JSON.stringify(row)).sort();
  return found;
}

/** Brings it to the change of state, strikes, and looks at the end. Gives the time from the blow to the end, in leases. */
export async function undergo(
  stage: Stage,
  places: Places,
  { matches, begin, holdsLease }: StateChange,
  { blow, moment }: { blow: BlowName; moment: Moment },
): Promise<number> {
  const { strike, recover } = blows[blow];
  let subject: Awaited<ReturnType<typeof begin>> | undefined;
  let struckAt: Promise<Date> | undefined;
  const worker = await stage.strike(
    matches,
    moment,
    (struck) => {
      strike(struck);
      struckAt = stage.now();
    },
    async () => {
      subject = await begin(stage, places);
    },
  );
  if (blow === 'kill −9') void stage.replace(worker);
  const endedAt = await eventually('the end', () => subject?.endedAt());
  await subject?.verify();
  await stage.settled();
  await recover(stage, worker, holdsLease && moment !== 'committed');
  const from = (await struckAt) ?? endedAt;
  return Math.max(0, endedAt.getTime() - from.getTime()) / (stage.leaseSeconds * 1000);
}
