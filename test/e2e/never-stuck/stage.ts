import type { RowDataPacket } from 'mysql2/promise';
import type { Services } from '../../../server/services.ts';
import type { Moment, Trap } from '../../harness/database-proxy.ts';
import { eventually } from '../../harness/eventually.ts';
import { testAccount, testSecretKey, testServices } from '../../harness/services.ts';
import { Runs } from '../../server/jobs/runs.ts';
import { seedProfile, seedRule } from '../../server/reports/seed.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

interface Slot {
  starting: Promise<WorkerProcess>;
  worker?: WorkerProcess;
}

/** Two worker processes on a database of their own. What happens to one of them, the other has to make good. */
export class Stage {
  readonly services: Services;
  readonly runs: Runs;
  readonly leaseSeconds: number;
  #slots: Slot[] = [];

  private constructor(services: Services, accountId: number, leaseSeconds: number) {
    this.services = services;
    this.leaseSeconds = leaseSeconds;
    this.runs = new Runs(services, accountId);
  }

  static async open(leaseSeconds: number): Promise<Stage> {
    const services = await testServices({ leaseSeconds });
    const { id } = await testAccount(services);
    await seedProfile(services, id, 'Basics', { Greets: { kind: 'phrase', any: ['hello'], role: 'agent' } });
    await seedRule(services, id, { filter_group: [], assign_quality_profiles: ['Basics'] });
    return new Stage(services, id, leaseSeconds);
  }

  /** Both, ready to work. */
  async workers(): Promise<WorkerProcess[]> {
    while (this.#slots.length < 2) this.#start();
    return await Promise.all(this.#slots.map(({ starting }) => starting));
  }

  #start(): void {
    const { config, database } = this.services;
    const starting = startWorkerProcess(database.address, {
      CQA_SECRET_KEY: testSecretKey,
      STORAGE_URL: config.storageUrl,
      CQA_LEASE_SECONDS: String(this.leaseSeconds),
    });
    const slot: Slot = { starting };
    // A failure is met by whoever asks for the workers.
    starting.then(
      (worker) => {
        slot.worker = worker;
      },
      () => undefined,
    );
    this.#slots.push(slot);
  }

  /** Another one is started in its place, without waiting for it. */
  async replace(worker: WorkerProcess): Promise<void> {
    this.#slots = this.#slots.filter((slot) => slot.worker !== worker);
    this.#start();
    await worker.end();
  }

  /** Whichever of them asks the database for this first is struck. Resolves with it once it was. */
  async strike(
    matches: Trap['matches'],
    moment: Moment,
    blow: (worker: WorkerProcess) => void,
    begin: () => Promise<unknown>,
  ): Promise<WorkerProcess> {
    const workers = await this.workers();
    let struck: WorkerProcess | undefined;
    for (const worker of workers)
      worker.proxy.set({
        matches: (sql, earlier) => !struck && matches(sql, earlier),
        moment,
        spring() {
          // Of two that come to it at the same moment one alone is struck.
          if (struck) return worker.proxy.mend();
          struck = worker;
          blow(worker);
        },
      });
    await begin();
    const found = await eventually('the statement', () => struck);
    for (const { proxy } of workers) proxy.clear();
    return found;
  }

  /** Nothing waits or is worked on. */
  async settled(): Promise<void> {
    await eventually('no work is left', async () => (await this.rows('SELECT 1 FROM work LIMIT 1')).length === 0);
  }

  /** After something failed: new processes, and nothing to do for them. */
  async clear(): Promise<void> {
    await this.endAll();
    await this.rows('DELETE FROM work');
  }

  async endAll(): Promise<void> {
    for (const ended of await Promise.allSettled(this.#slots.map(({ starting }) => starting)))
      if (ended.status === 'fulfilled') await ended.value.end();
    this.#slots = [];
  }

  rows(sql: string, values: unknown[] = []): Promise<RowDataPacket[]> {
    return this.runs.rows(sql, values);
  }

  async now(): Promise<Date> {
    return (await this.rows('SELECT NOW(3) AS now'))[0]?.now;
  }

  async close(): Promise<void> {
    await this.endAll();
    await this.services.close();
  }
}
