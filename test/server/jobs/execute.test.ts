import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { newId } from '../../../db/uuid.ts';
import { cancelExecution } from '../../../server/jobs/cancel.ts';
import { executeHandler, type Runs } from '../../../server/jobs/execute.ts';
import { listExecutions } from '../../../server/jobs/list.ts';
import { showExecution } from '../../../server/jobs/show.ts';
import { triggerJob } from '../../../server/jobs/trigger.ts';
import { waitForExecution } from '../../../server/jobs/wait.ts';
import type { ExecutionRun, ImportOutcome } from '../../../server/pipeline/run.ts';
import type { Services } from '../../../server/services.ts';
import { type Serving, serve } from '../../../server/worker/serve.ts';
import { AppError } from '../../../shared/error.ts';
import { eventually } from '../../harness/eventually.ts';
import { hurried } from '../../harness/hurry.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addConnector, addJob } from './jobs.ts';

const success: ImportOutcome = {
  status: 'success',
  items: { listed: 3, done: 2, unchanged: 1, waiting: 0, failed: 0 },
  counts: { listed: 10, imported: 6, updated: 1, duplicate: 2, rejected: 1 },
  note: '1 rejected',
};

describe('an execution', () => {
  let services: Services;
  let accountId: number;
  let connector: number;
  let job: number;
  let serving: Serving | undefined;

  before(async () => {
    services = await testServices({ leaseSeconds: 3 });
  });
  after(() => services.close());
  beforeEach(async () => {
    accountId = (await testAccount(services)).id;
    connector = await addConnector(services, accountId, 'nightly calls');
    job = await addJob(services, { accountId, name: 'nightly import', connectors: [connector] });
  });
  afterEach(async () => {
    await serving?.stop({ finishMs: 0, abortMs: 500 });
    serving = undefined;
  });

  /** Runs the job with `run` in the import's or the export's place, and shows how it ended. */
  async function runWith(run: Partial<Runs>) {
    const id = await trigger();
    work(run);
    return await ended(id);
  }
  const trigger = () => triggerJob(services, accountId, job, { by: 'ada@example.test' });
  const ended = async (id: Buffer) => {
    await waitForExecution(services, accountId, id);
    return await showExecution(services, accountId, id);
  };
  const work = (runs: Partial<Runs>) => {
    const unexpected = () => Promise.reject(new Error('not this one'));
    const handler = executeHandler(
      services,
      { runImport: unexpected, runExport: unexpected, ...runs },
      { pausesMs: [10, 30] },
    );
    serving = serve(services, [handler], { pollMs: 20 });
  };
  const query = async (sql: string, values: unknown[] = []) =>
    (await services.database.pool.query<RowDataPacket[]>(sql, values))[0];
  const untilAborted = ({ signal }: ExecutionRun) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

  it('goes through its states and steps, and ends with its counts', async () => {
    const states: string[] = [];
    const look = async (run: ExecutionRun) => {
      const [row] = await query('SELECT status FROM execution WHERE id = ?', [run.id]);
      states.push(row?.status);
    };
    const shown = await runWith({
      async runImport(run) {
        await look(run);
        expect(run.connectors.map(({ name }) => name)).to.deep.equal(['nightly calls']);
        await run.step('list');
        await run.step('store', '2 files');
        await run.delivering();
        await look(run);
        return success;
      },
    });
    expect(states).to.deep.equal(['processing', 'delivering']);
    expect(shown).to.deep.include({
      status: 'success',
      job: 'nightly import',
      type: 'data_import',
      note: '1 rejected',
    });
    expect(shown).to.deep.include({ items: success.items, counts: success.counts, connectors: ['nightly calls'] });
    expect(shown).to.deep.include({ trigger: 'manual', triggered_by: 'ada@example.test', due_at: null, error: null });
    expect(shown.steps.map(({ name, message }) => [name, message])).to.deep.equal([
      ['list', null],
      ['store', '2 files'],
    ]);
    expect(shown.steps.every(({ started_at, ended_at }) => ended_at !== null && ended_at >= started_at)).to.equal(true);
    expect(shown.started_at && shown.ended_at && shown.started_at <= shown.ended_at).to.equal(true);
    expect(await query('SELECT 1 FROM work')).to.have.length(0);
  });

  it('of an export counts rows and parts', async () => {
    job = await addJob(services, { accountId, type: 'data_export', connectors: [connector] });
    const shown = await runWith({
      runExport: () =>
        Promise.resolve({
          status: 'delivery_failed',
          rows: 12,
          parts: 2,
          error: { code: 'host_timeout', message: 'No answer.' },
        }),
    });
    expect(shown).to.deep.include({
      status: 'delivery_failed',
      items: null,
      counts: { rows: 12, parts: 2 },
      aftermath: null,
    });
    expect(shown.error).to.deep.equal({ code: 'host_timeout', message: 'No answer.' });
  });

  it('fails at once, in words, where somebody has to mend something', async () => {
    let attempts = 0;
    const shown = await runWith({
      runImport() {
        attempts++;
        return Promise.reject(new AppError('sign_in_refused', 'The server refused the password of "cqa".'));
      },
    });
    expect(shown).to.deep.include({ status: 'handler_failed' });
    expect(shown.error).to.deep.equal({
      code: 'sign_in_refused',
      message: 'The server refused the password of "cqa".',
    });
    expect(attempts).to.equal(1);
  });

  it('tries a source that does not answer three times', async () => {
    let attempts = 0;
    const runImport = () =>
      ++attempts < 3 ? Promise.reject(new AppError('host_timeout', 'No answer.')) : Promise.resolve(success);
    expect((await runWith({ runImport })).status).to.equal('success');
    attempts = -3;
    const failing = await ended(await trigger());
    expect(failing.status).to.equal('handler_failed');
    expect(failing.error?.code).to.equal('host_timeout');
    expect(attempts).to.equal(0);
  });

  it('does not begin anew where every item was waited for already', async () => {
    let attempts = 0;
    const error = { code: 'connection_lost', message: 'The connection broke.' } as const;
    const items = { listed: 2, done: 0, unchanged: 0, waiting: 0, failed: 2 };
    const counts = { listed: 0, imported: 0, updated: 0, duplicate: 0, rejected: 0 };
    const runImport = () => {
      attempts++;
      return Promise.resolve({ status: 'handler_failed', items, counts, error } as const);
    };
    expect(await runWith({ runImport })).to.deep.include({ status: 'handler_failed', error });
    expect(attempts).to.equal(1);
  });

  it('tries again also where the import tells the failure as its end, and keeps the counts of the last try', async () => {
    let attempts = 0;
    const error = { code: 'connection_lost', message: 'The connection broke.' } as const;
    const runImport = () => {
      attempts++;
      return Promise.resolve({ ...success, status: 'handler_failed', error } as const);
    };
    const shown = await runWith({ runImport });
    expect(attempts).to.equal(3);
    expect(shown).to.deep.include({ status: 'handler_failed', counts: success.counts, error });
  });

  it('fails where its connector is disabled or its configuration is gone', async () => {
    const id = await trigger();
    await query('UPDATE connector SET is_enabled = FALSE WHERE id = ?', [connector]);
    work({});
    expect((await ended(id)).error?.message).to.contain('"nightly calls" is disabled');
    await query('UPDATE connector SET is_enabled = TRUE WHERE id = ?', [connector]);
    const second = await trigger();
    await query('UPDATE connector SET deleted_at = NOW(3) WHERE id = ?', [connector]);
    expect((await ended(second)).error?.code).to.equal('not_found');
  });

  it('never ends with counts that do not add up', async () => {
    const id = await trigger();
    work({ runImport: () => Promise.resolve({ ...success, counts: { ...success.counts, listed: 11 } }) });
    const shown = await hurried(services.database.pool, ended(id));
    expect(shown.status).to.equal('handler_failed');
    expect(shown.error?.message).to.match(/Of 11 rows listed only 10 are accounted for.*Trace id/);
  });

  it('that is cancelled under way stops and keeps what was stored', async () => {
    const id = await trigger();
    let began = false;
    work({
      runImport(run) {
        began = true;
        return untilAborted(run);
      },
    });
    await eventually('begun', () => began);
    await query(
      `INSERT INTO source_item (account_id, connector_id, execution_id, location_hash, item_key, key_hash, version, state, imported, rejected)
       VALUES (?, ?, ?, ?, 'a.csv', ?, '1', 'reading', 5, 2), (?, ?, ?, ?, 'b.csv', ?, '1', 'done', 0, 0),
         (?, ?, ?, ?, 'c.csv', ?, '1', 'failed', 0, 0), (?, ?, ?, ?, 'd.csv', ?, '1', 'ready', 0, 0)`,
      [1, 2, 3, 4].flatMap((n) => [accountId, connector, id, Buffer.alloc(32), Buffer.alloc(32, n)]),
    );
    await query(
      'UPDATE execution SET items_listed = 9, items_done = 1, items_unchanged = 3, items_waiting = 2 WHERE id = ?',
      [id],
    );
    await cancelExecution(services, accountId, id);
    const shown = await ended(id);
    expect(shown.status).to.equal('cancelled');
    expect(shown.counts).to.deep.equal({ listed: 7, imported: 5, updated: 0, duplicate: 0, rejected: 2 });
    expect(shown.items, 'what it did not get to waits').to.deep.equal({
      listed: 9,
      done: 1,
      unchanged: 3,
      waiting: 4,
      failed: 1,
    });
    expect(await query('SELECT 1 FROM work')).to.have.length(0);
  });

  it('that is given up tells what was dealt with, in counts that add up', async () => {
    const id = await trigger();
    await query(
      `INSERT INTO source_item (account_id, connector_id, execution_id, location_hash, item_key, key_hash, version, state, imported, rejected)
       VALUES (?, ?, ?, ?, 'a.csv', ?, '1', 'done', 5, 2), (?, ?, ?, ?, 'b.csv', ?, '1', 'ready', 0, 0)`,
      [1, 2].flatMap((n) => [accountId, connector, id, Buffer.alloc(32), Buffer.alloc(32, n)]),
    );
    await query('UPDATE execution SET items_listed = 6 WHERE id = ?', [id]);
    await query('UPDATE work SET attempts = 50 WHERE subject = ?', [id]);
    work({ runImport: () => Promise.reject(new AppError('internal', 'It broke.')) });
    const shown = await ended(id);
    expect(shown.status).to.equal('handler_failed');
    expect(shown.counts).to.deep.include({ listed: 7, imported: 5, rejected: 2 });
    expect(shown.items).to.deep.equal({ listed: 2, done: 1, unchanged: 0, waiting: 1, failed: 0 });
  });

  it('that is cancelled before it began never begins, and cannot be cancelled again', async () => {
    const id = await trigger();
    await cancelExecution(services, accountId, id);
    expect(await showExecution(services, accountId, id)).to.deep.include({
      status: 'cancelled',
      note: 'cancelled before it began',
    });
    expect((await showExecution(services, accountId, id)).log.map(({ message }) => message)).to.deep.equal([
      'Cancelled before it began.',
    ]);
    const again = await cancelExecution(services, accountId, id).catch((error) => error);
    expect(again).to.deep.include({ code: 'conflict' });
    expect(await query('SELECT 1 FROM work')).to.have.length(0);
  });

  it('writes nothing after its lease was lost', async () => {
    const id = await trigger();
    let lost: unknown;
    work({
      async runImport(run) {
        await query('UPDATE work SET claim = claim + 1, run_after = NOW(3) + INTERVAL 1 HOUR');
        lost = await run.step('store').catch((error) => error);
        return success;
      },
    });
    await eventually('noticed', async () => lost);
    await serving?.stop();
    expect(lost).to.deep.include({ code: 'lease_lost' });
    const [row] = await query('SELECT status, rows_listed FROM execution WHERE id = ?', [id]);
    expect(row).to.deep.equal({ status: 'processing', rows_listed: 0 });
    await query('DELETE FROM work');
  });

  it('goes on after its worker was stopped, and ends', async () => {
    const id = await trigger();
    let began = false;
    work({
      runImport(run) {
        began = true;
        return untilAborted(run);
      },
    });
    await eventually('begun', () => began);
    await serving?.stop({ finishMs: 0, abortMs: 2000 });
    expect((await showExecution(services, accountId, id)).status).to.equal('processing');
    work({ runImport: () => Promise.resolve(success) });
    expect((await ended(id)).status).to.equal('success');
  });

  it('waits for its turn while an earlier one of the same job is under way', async () => {
    const ids = [await trigger(), await trigger()];
    let most = 0;
    let now = 0;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    work({
      async runImport() {
        most = Math.max(most, ++now);
        await gate;
        now--;
        return success;
      },
    });
    const turns = () => query('SELECT 1 FROM work WHERE subject = ? AND claim > 1', [ids[1]]);
    await eventually('the second sent back to wait', async () => (await turns()).length > 0);
    open();
    for (const id of ids) expect((await ended(id)).status).to.equal('success');
    expect(most).to.equal(1);
  });

  it('cannot be triggered with a disabled connector', async () => {
    await query('UPDATE connector SET is_enabled = FALSE WHERE id = ?', [connector]);
    const refused = await trigger().catch((error) => error);
    expect(refused).to.deep.include({ code: 'conflict' });
    expect(refused.message).to.contain('connector "nightly calls" is disabled');
  });

  it('is seen by its own account alone', async () => {
    const id = await trigger();
    const stranger = (await testAccount(services)).id;
    for (const attempt of [
      () => showExecution(services, stranger, id),
      () => cancelExecution(services, stranger, id),
      () => triggerJob(services, stranger, job, { by: 'eve' }),
    ])
      expect(await attempt().catch((error) => error)).to.deep.include({ code: 'not_found' });
    expect((await listExecutions(services, stranger)).rows).to.deep.equal([]);
    await cancelExecution(services, accountId, id);
  });

  it('is listed newest first, page by page, filtered by type, status and connector', async () => {
    const ids: Buffer[] = [];
    for (let count = 0; count < 5; count++) {
      const id = await trigger();
      ids.unshift(id);
      if (count < 4) await cancelExecution(services, accountId, id);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listExecutions(services, accountId, { limit: 2, cursor });
      seen.push(...page.rows.map(({ execution_id }) => execution_id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    expect(seen.map((id) => id.replaceAll('-', ''))).to.deep.equal(ids.map((id) => id.toString('hex')));
    const count = async (filter: Parameters<typeof listExecutions>[2]) =>
      (await listExecutions(services, accountId, filter)).rows.length;
    const [row] = await query('SELECT LOWER(HEX(uid)) AS uid FROM connector WHERE id = ?', [connector]);
    const uid = String(row?.uid).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    expect(await count({ connector: uid })).to.equal(5);
    expect(await count({ status: 'pending' })).to.equal(1);
    expect(await count({ type: 'data_export' })).to.equal(0);
    await cancelExecution(services, accountId, ids[0] ?? newId());
  });
});
