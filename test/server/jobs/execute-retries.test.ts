import { expect } from 'chai';
import { pino } from 'pino';
import { cancelExecution } from '../../../server/jobs/cancel.ts';
import { type Runs as Doings, type ExecuteOptions, executeHandler } from '../../../server/jobs/execute.ts';
import { showExecution } from '../../../server/jobs/show.ts';
import type { Services } from '../../../server/services.ts';
import { type Serving, serve } from '../../../server/worker/serve.ts';
import { AppError } from '../../../shared/error.ts';
import { eventually } from '../../harness/eventually.ts';
import { hurried } from '../../harness/hurry.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addConnector } from './jobs.ts';
import { linesOf, Runs } from './runs.ts';

const items = { listed: 0, done: 0, unchanged: 0, waiting: 0, failed: 0 };
const counts = { listed: 0, imported: 0, updated: 0, duplicate: 0, rejected: 0 };

describe('an execution that fails', () => {
  const said: Record<string, unknown>[] = [];
  let services: Services;
  let runs: Runs;
  let job: number;
  let serving: Serving | undefined;

  before(async () => {
    const log = pino({ level: 'info' }, { write: (line: string) => void said.push(JSON.parse(line)) });
    services = { ...(await testServices()), log };
  });
  after(() => services.close());
  beforeEach(async () => {
    runs = new Runs(services, (await testAccount(services)).id);
    job = await runs.job('nightly', 'data_import', [await addConnector(services, runs.accountId, 'calls')]);
    said.length = 0;
  });
  afterEach(async () => {
    await serving?.stop({ finishMs: 0, abortMs: 500 });
    serving = undefined;
  });

  function work(runImport: Doings['runImport'], options: ExecuteOptions = { pausesMs: [1_000, 1_000] }): void {
    const runExport = () => Promise.reject(new Error('not this one'));
    const handler = executeHandler(services, { runImport, runExport }, options);
    serving = serve(services, [handler], { pollMs: 20 });
  }

  it('keeps no other waiting while it lets time pass, however many of them there are', async () => {
    const away = Array.from({ length: 3 }, (_, index) => `away ${index}`);
    const jobs = [];
    for (const name of [...away, 'healthy'])
      jobs.push(await runs.job(name, 'data_import', [await addConnector(services, runs.accountId, name)]));
    const ids = [];
    for (const each of jobs) ids.push(await runs.trigger(each));
    let pausing = 0;
    work(async (run) => {
      if (run.connectors.every(({ name }) => name === 'healthy')) {
        await eventually('all others wait', () => pausing === 3);
        return { status: 'success', items, counts };
      }
      pausing++;
      await run.pause(600_000);
      throw new Error('nobody waits for so long');
    });
    const healthy = await runs.ended(ids.at(-1) as Buffer);
    expect(healthy).to.include({ status: 'success' });
    for (const id of ids.slice(0, -1)) await cancelExecution(services, runs.accountId, id);
    for (const id of ids.slice(0, -1)) expect((await runs.ended(id)).status).to.equal('cancelled');
  });

  it('by something of ours is tried three times, as its log says, and has the trace id that the program’s log has', async () => {
    const id = await runs.trigger(job);
    work(() => Promise.reject(new TypeError('x is not a function')));
    const waits = await eventually('a line about the second attempt', async () => {
      const rows = await runs.rows("SELECT message FROM execution_log WHERE execution_id = ? AND level = 'warn'", [id]);
      return rows[0]?.message;
    });
    expect(waits).to.match(/Tried again in \d+ s, attempt 2 of 3\.$/);
    const shown = await hurried(services.database.pool, runs.ended(id));
    expect(shown.status).to.equal('handler_failed');
    const [, traceId] = /Trace id: ([0-9a-f]{8})\./.exec(shown.error?.message ?? '') ?? [];
    expect(traceId).to.be.a('string');
    expect(linesOf(shown).at(-1)).to.contain(`Trace id: ${traceId}.`);
    const line = said.find((each) => each.traceId === traceId);
    expect(line).to.include({ level: 50, kind: 'execute', subject: id.toString('hex') });
    expect(JSON.stringify(line?.err), 'what really happened').to.contain('x is not a function');
  });

  it('by something that passes is tried again, and says in how many seconds and which attempt comes of how many', async () => {
    const id = await runs.trigger(job);
    let attempts = 0;
    work(() => {
      attempts++;
      return Promise.reject(new AppError('storage_full', 'The storage is full.'));
    });
    const shown = await hurried(services.database.pool, runs.ended(id));
    // Each attempt asks a source that may come back three times.
    expect(shown).to.include({ status: 'handler_failed' });
    expect(shown.error?.message).to.equal('The storage is full.');
    expect(attempts).to.equal(3);
    const again = linesOf(shown).filter((line) => line.includes('Tried again in'));
    expect(again.map((line) => line.replace(/\d+ s/, 'n s'))).to.deep.equal(
      [2, 3].map((attempt) => `warn: The storage is full. Tried again in n s, attempt ${attempt} of 3.`),
    );
  });

  for (const [kind, attempts] of [
    ['schedule', 6],
    ['manual', 4],
  ] as const)
    it(`for its source is away is tried ${attempts} times where it was begun by ${kind}`, async () => {
      const id = await runs.trigger(job);
      await services.database.pool.query('UPDATE execution SET trigger_kind = ? WHERE id = ?', [kind, id]);
      let tried = 0;
      const away = new AppError('host_refused', 'Nothing listens there.');
      work(() => (++tried === 1 ? Promise.reject(away) : Promise.resolve({ status: 'success', items, counts })), {});
      const shown = await runs.ended(id);
      expect(shown).to.include({ status: 'success' });
      expect(linesOf(shown)).to.include(`warn: Nothing listens there. Tried again in 1 s, attempt 2 of ${attempts}.`);
    });

  describe('for its source is away for long', () => {
    const away = new AppError('host_refused', 'Nothing listens there.');
    /** The first pause is slept, the others are as long as a test lasts. */
    const pausesMs = [10, 3_600_000, 3_600_000];
    const waiting = (id: Buffer) =>
      eventually('the source is waited for', async () => {
        const [row] = await runs.rows(
          'SELECT 1 FROM execution WHERE id = ? AND retry_at > NOW(3) + INTERVAL 30 MINUTE',
          [id],
        );
        return row !== undefined;
      });
    const dueNow = (id: Buffer) => runs.rows('UPDATE work SET run_after = NOW(3) WHERE subject = ?', [id]);

    it('leaves its place to others, comes back by itself, and is tried as often as it says', async () => {
      const id = await runs.trigger(job);
      let tried = 0;
      work(() => Promise.reject(++tried < 4 ? away : new AppError('path_missing', 'There is no folder.')), {
        pausesMs,
      });
      await waiting(id);
      expect(tried, 'at once, and after the short pause').to.equal(2);
      await eventually('its place is free', () => serving?.held().running.length === 0);
      await dueNow(id);
      await eventually('asked again', () => tried === 3);
      await waiting(id);
      await dueNow(id);
      const shown = await runs.ended(id);
      expect(shown.error?.code).to.equal('path_missing');
      expect(tried).to.equal(4);
      const lines = linesOf(shown).map((line) => line.replace(/in \d+ s/, 'in n s'));
      expect(lines.filter((line) => /attempt \d/.test(line))).to.deep.equal([
        'warn: Nothing listens there. Tried again in n s, attempt 2 of 4.',
        'warn: Nothing listens there. Tried again in n s, attempt 3 of 4.',
        'info: Goes on where it was, in attempt 3 of 4.',
        'warn: Nothing listens there. Tried again in n s, attempt 4 of 4.',
        'info: Goes on where it was, in attempt 4 of 4.',
      ]);
    });

    it('ends with the failure of its last attempt, thrown or told as an end', async () => {
      const id = await runs.trigger(job);
      const { code, message } = away;
      const end = { status: 'handler_failed', items, counts, error: { code, message } } as const;
      work(() => Promise.resolve(end), { pausesMs: [3_600_000] });
      await waiting(id);
      await dueNow(id);
      expect(await runs.ended(id)).to.deep.include({ status: 'handler_failed', error: { code, message } });
    });

    it('can be cancelled while it waits, and where that was asked for just before', async () => {
      const id = await runs.trigger(job);
      work(() => Promise.reject(away), { pausesMs });
      await waiting(id);
      expect((await showExecution(services, runs.accountId, id)).retry_at).to.be.a('string');
      await cancelExecution(services, runs.accountId, id);
      expect(await runs.ended(id)).to.include({ status: 'cancelled', retry_at: null });
      await serving?.stop({ finishMs: 0, abortMs: 500 });

      const late = await runs.trigger(job);
      work(
        async () => {
          await runs.rows('UPDATE execution SET cancel_requested = TRUE WHERE id = ?', [late]);
          throw away;
        },
        { pausesMs: [3_600_000] },
      );
      expect((await runs.ended(late)).status).to.equal('cancelled');
    });

    it('is asked as often as ever by a worker that goes on after another one died with it', async () => {
      const id = await runs.trigger(job);
      await runs.rows('UPDATE work SET attempts = 4 WHERE subject = ?', [id]);
      let tried = 0;
      work(() => (++tried < 3 ? Promise.reject(away) : Promise.resolve({ status: 'success', items, counts })), {
        pausesMs: [10, 10],
      });
      expect((await runs.ended(id)).status).to.equal('success');
    });
  });

  it('by what somebody has to mend ends at once, with what to change', async () => {
    const id = await runs.trigger(job);
    work(() => Promise.reject(new AppError('path_missing', 'There is no folder /outgoing. Change the directory.')));
    const shown = await runs.ended(id);
    expect(shown).to.deep.include({
      status: 'handler_failed',
      error: { code: 'path_missing', message: 'There is no folder /outgoing. Change the directory.' },
    });
    expect(linesOf(shown).filter((line) => line.includes('Tried again'))).to.deep.equal([]);
  });

  it('with its worker can be cancelled at once when the lease is over, and the worker writes nothing when it comes back', async () => {
    const id = await runs.trigger(job);
    let come: () => void = () => undefined;
    const back = new Promise<void>((resolve) => {
      come = resolve;
    });
    let isUnderWay = false;
    let stopped: unknown;
    work(async (run) => {
      isUnderWay = true;
      await back;
      stopped = await run.step('store').catch((error) => error);
      throw stopped;
    });
    await eventually('under way', () => isUnderWay);
    // As when it has not been heard of for a lease, and nobody else is there.
    await runs.rows('UPDATE work SET run_after = NOW(3), claim = claim + 1, kind = ? WHERE subject = ?', [
      'execute',
      id,
    ]);
    await serving?.stop({ finishMs: 0, abortMs: 0 });
    await runs.rows('UPDATE work SET run_after = NOW(3) WHERE subject = ?', [id]);
    await cancelExecution(services, runs.accountId, id);
    const [row] = await runs.rows('SELECT status FROM execution WHERE id = ?', [id]);
    expect(row?.status).to.equal('cancelled');
    come();
    await eventually('it came back', () => stopped);
    expect(stopped).to.deep.include({ code: 'lease_lost' });
    expect(await runs.rows('SELECT 1 FROM work WHERE subject = ?', [id])).to.have.length(0);
  });
});
