import { randomFillSync } from 'node:crypto';
import { expect } from 'chai';
import { transaction } from '../../../db/database.ts';
import { endExecution, moveExecution } from '../../../db/queries/execution-progress.ts';
import { addExecution } from '../../../db/queries/executions.ts';
import { reopenDay } from '../../../db/queries/stream-days.ts';
import { newId, parseUuid, smallestIdAt, uuidText } from '../../../db/uuid.ts';
import { executionFilterSchema, type HistoryFilter } from '../../../server/jobs/history-filter.ts';
import { listExecutions } from '../../../server/jobs/list.ts';
import type { Services } from '../../../server/services.ts';
import { type ExecutionStatus, executionStatuses } from '../../../shared/execution.ts';
import type { JobType } from '../../../shared/job.ts';
import { testAccount, testServices } from '../../harness/services.ts';

const zone = 'America/New_York';
const path: Partial<Record<ExecutionStatus, ExecutionStatus[]>> = {
  pending: [],
  processing: ['processing'],
  delivering: ['processing', 'delivering'],
};

/** What the test itself knows of an execution that it made. */
interface Made {
  id: string;
  type: JobType;
  status: ExecutionStatus;
  connectors: string[];
  job: string;
  /** The date on the account's wall clock. */
  day: string;
}

describe('the history', () => {
  let services: Services;
  let accountId: number;
  let connectors: Record<'a' | 'b' | 'x' | 'y' | 'unused', Belonging>;
  let jobs: Record<'first' | 'second' | 'third' | 'idle', Belonging>;
  const made: Made[] = [];

  before(async () => {
    services = await testServices();
    accountId = (await testAccount(services, { timezone: zone })).id;
    connectors = await makeConnectors(accountId);
    jobs = await makeJobs(accountId);
    await makeExecutions();
  });
  after(() => services.close());

  interface Belonging {
    id: number;
    uid: string;
  }

  const insert = async (table: string, row: Record<string, unknown>): Promise<Belonging> => {
    const uid = newId();
    const [result] = await services.database.pool.query(`INSERT INTO ${table} SET ?`, [{ ...row, uid }]);
    return { id: (result as { insertId: number }).insertId, uid: uuidText(uid) };
  };

  async function makeConnectors(account: number) {
    const add = (name: string, direction: string) =>
      insert('connector', { account_id: account, name, direction, type: 'sftp', config: '{}', created_by: 'test' });
    const [a, b, unused] = [await add('a', 'import'), await add('b', 'import'), await add('unused', 'import')];
    return { a, b, unused, x: await add('x', 'export'), y: await add('y', 'export') };
  }

  async function makeJobs(account: number) {
    const add = (name: string, type: JobType) =>
      insert('job', { account_id: account, name, type, schedule: '{}', is_enabled: false, created_by: 'test' });
    const [first, second] = [await add('first', 'data_import'), await add('second', 'data_import')];
    return { first, second, third: await add('third', 'data_export'), idle: await add('idle', 'data_export') };
  }

  const link = async (job: Belonging, given: Belonging[]) => {
    const { pool } = services.database;
    await pool.query('DELETE FROM job_connector WHERE job_id = ?', [job.id]);
    await pool.query('INSERT INTO job_connector (job_id, connector_id, position) VALUES ?', [
      given.map(({ id }, position) => [job.id, id, position]),
    ]);
  };

  /** Through the functions that jobs use, in every state, on both sides of midnights and of the clock's changes. */
  async function makeExecutions() {
    const { a, b, x, y } = connectors;
    const { first, second, third } = jobs;
    let number = 0;
    for (const atMs of instants()) {
      // A job's connectors change; the runs before keep theirs.
      const isLate = number >= 60;
      const [job, type, given] = (
        [
          [first, 'data_import', isLate ? [b] : [a]],
          [second, 'data_import', [a]],
          [third, 'data_export', isLate ? [y] : [x, y]],
        ] as const
      )[number % 3] ?? [first, 'data_import', [a]];
      const status = executionStatuses[(number * 5 + (number >> 3)) % executionStatuses.length] ?? 'success';
      await link(job, [...given]);
      const id = await makeOne({ atMs, job, type, status });
      const day = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date(atMs));
      made.push({ id, type, status, connectors: given.map(({ uid }) => uid), job: job.uid, day });
      number++;
    }
    // Newest first; of those made in one millisecond the order of their ids counts.
    made.sort((one, other) => (one.id < other.id ? 1 : -1));
  }

  async function makeOne({
    atMs,
    job,
    type,
    status,
  }: { atMs: number; job: Belonging } & Pick<Made, 'type' | 'status'>) {
    const id = smallestIdAt(atMs);
    randomFillSync(id, 7);
    const work = { accountId, subject: id };
    await transaction(services.database.pool, async (connection) => {
      await addExecution(connection, {
        ...{ id, accountId, jobId: job.id, jobName: 'job', type, connectorNames: [], triggerKind: 'manual' },
        cancelled: status === 'cancelled',
      });
      if (status === 'cancelled') return;
      for (const next of path[status] ?? ['processing'])
        expect(await moveExecution(connection, work, ['pending', 'processing'], next as ExecutionStatus)).to.equal(
          true,
        );
      if (!path[status]) expect(await endExecution(connection, work, { status })).to.equal(true);
    });
    return uuidText(id);
  }

  /** In the order of time: three a day, one of them at the first and one at the last millisecond of it. */
  function instants(): number[] {
    const midnights = ['2026-03-07T05:00Z', '2026-03-08T05:00Z', '2026-03-09T04:00Z', '2026-03-10T04:00Z'].concat(
      ...['2026-10-31T04:00Z', '2026-11-01T04:00Z', '2026-11-02T05:00Z', '2026-11-03T05:00Z'],
    );
    const around = midnights.map(Date.parse).flatMap((at) => [at - 1, at, at + 7 * 3_600_000]);
    return around.flatMap((at) => Array.from({ length: 5 }, () => at));
  }

  /** The whole list, page by page. */
  async function listed(filter: HistoryFilter, limit: number): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listExecutions(services, accountId, { ...executionFilterSchema.parse(filter), cursor, limit });
      ids.push(...page.rows.map(({ execution_id }) => execution_id));
      cursor = page.next_cursor ?? undefined;
      if (cursor) expect(page.rows).to.have.length(limit);
    } while (cursor);
    return ids;
  }

  function expected({ type, status, connector, job, from, to }: HistoryFilter): string[] {
    const statuses = status === undefined ? executionStatuses : [status].flat();
    return made
      .filter((one) => !type || one.type === type)
      .filter((one) => (statuses as readonly string[]).includes(one.status))
      .filter((one) => !connector || one.connectors.includes(connector))
      .filter((one) => !job || one.job === job)
      .filter(({ day }) => (!from || day >= from) && (!to || day <= to))
      .map(({ id }) => id);
  }

  it('gives every combination of filters what it should, newest first, each once on its pages', async () => {
    const any = [undefined];
    const days: Pick<HistoryFilter, 'from' | 'to'>[] = [
      ...[{}, { from: '2026-03-08', to: '2026-03-08' }, { from: '2026-11-01', to: '2026-11-01' }],
      ...[{ from: '2026-03-09' }, { to: '2026-10-31' }, { from: '2026-05-01', to: '2026-06-01' }],
    ];
    const some: ExecutionStatus[] = ['partial_success', 'handler_failed', 'pending'];
    let seen = 0;
    for (const type of [...any, 'data_import', 'data_export'] as const)
      for (const status of [...any, 'success' as const, 'delivering' as const, some, [...executionStatuses]])
        for (const connector of [undefined, ...Object.values(connectors).map(({ uid }) => uid)])
          for (const job of [undefined, ...Object.values(jobs).map(({ uid }) => uid)])
            for (const range of days) {
              const filter = { type, status, connector, job, ...range };
              const answer = expected(filter);
              if (answer.length > 0) seen++;
              expect(await listed(filter, 50), JSON.stringify(filter)).to.deep.equal(answer);
            }
    expect(seen).to.be.above(500);
  });

  it('has each once on pages of any length', async () => {
    for (const limit of [1, 7, made.length, made.length + 1]) {
      expect(await listed({}, limit)).to.deep.equal(expected({}));
      const failed: HistoryFilter = { status: ['handler_failed', 'delivery_failed'] };
      expect(await listed(failed, limit)).to.deep.equal(expected(failed));
    }
  });

  it('has every status by itself, and together with the type', async () => {
    for (const status of executionStatuses)
      for (const type of [undefined, 'data_import', 'data_export'] as const)
        expect(await listed({ status, type }, 50)).to.deep.equal(expected({ status, type }));
  });

  it('is the account’s own, also for a connector or a job of another', async () => {
    const stranger = (await testAccount(services)).id;
    for (const filter of [{}, { job: jobs.first.uid }, { connector: connectors.a.uid }, { status: 'success' as const }])
      expect(await listExecutions(services, stranger, filter)).to.deep.equal({ rows: [], next_cursor: null });
  });

  it('has a day of a stream that goes on after its end among those under way', async () => {
    const [one] = made.filter(
      ({ status, connectors: [connector] }) => status === 'success' && connector === connectors.a.uid,
    );
    if (!one) throw new Error('there is no success with the connector');
    const id = parseUuid(one.id);
    if (!id) throw new Error(`${one.id} is no id`);
    await transaction(services.database.pool, (connection) => reopenDay(connection, accountId, id));
    one.status = 'processing';
    for (const status of ['success', 'processing'] as const) {
      const filter = { connector: connectors.a.uid, status };
      expect(await listed(filter, 50)).to.deep.equal(expected(filter)).and.not.empty;
    }
  });

  it('keeps what ran with a connector and a job that were deleted', async () => {
    const { pool } = services.database;
    await pool.query('UPDATE connector SET deleted_at = NOW(3) WHERE id = ?', [connectors.x.id]);
    await pool.query('UPDATE job SET deleted_at = NOW(3) WHERE id = ?', [jobs.third.id]);
    await pool.query('DELETE FROM job_connector WHERE job_id = ?', [jobs.third.id]);
    const filter = { connector: connectors.x.uid, job: jobs.third.uid };
    expect(await listed(filter, 50)).to.deep.equal(expected(filter)).and.not.empty;
  });

  it('has each once on its pages while others are added and change their states', async () => {
    const job = await insert('job', {
      ...{ account_id: accountId, name: 'paged', type: 'data_import', schedule: '{}', created_by: 'test' },
      is_enabled: false,
    });
    const begin = Date.parse('2026-06-01T00:00:00Z');
    const add = (number: number, status: ExecutionStatus) =>
      makeOne({ atMs: begin + number, job, type: 'data_import', status });
    const first: string[] = [];
    for (let number = 0; number < 24; number++) first.unshift(await add(number, number % 2 ? 'pending' : 'success'));
    const pending = first.filter((_, index) => index % 2 === 0);
    const seen: Record<'all' | 'pending', string[]> = { all: [], pending: [] };
    const cursors: Record<'all' | 'pending', string | undefined> = { all: undefined, pending: undefined };
    for (let turn = 0; turn < 8; turn++) {
      for (const which of ['all', 'pending'] as const) {
        if (turn > 0 && !cursors[which]) continue;
        const filter = { job: job.uid, ...(which === 'pending' && { status: 'pending' as const }) };
        const page = await listExecutions(services, accountId, { ...filter, cursor: cursors[which], limit: 3 });
        seen[which].push(...page.rows.map(({ execution_id }) => execution_id));
        cursors[which] = page.next_cursor ?? undefined;
      }
      await add(100 + turn, turn % 2 ? 'pending' : 'success');
      // One that was shown and one that is still to come go on.
      for (const id of [pending[turn], pending.at(-1 - turn)]) {
        const subject = id && parseUuid(id);
        if (subject)
          await transaction(services.database.pool, (connection) =>
            moveExecution(connection, { accountId, subject }, ['pending'], 'processing'),
          );
      }
    }
    expect(seen.all).to.deep.equal(first);
    expect(new Set(seen.pending).size).to.equal(seen.pending.length);
    expect(seen.pending)
      .to.deep.equal(pending.filter((id) => seen.pending.includes(id)))
      .and.include(pending[0]);
  });

  it('refuses days the wrong way round, and dates that are none', () => {
    for (const filter of [{ from: '2026-03-09', to: '2026-03-08' }, { from: '2026-02-30' }, { status: [] }])
      expect(executionFilterSchema.safeParse(filter).success, JSON.stringify(filter)).to.equal(false);
  });
});
