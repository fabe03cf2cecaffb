import { expect } from 'chai';
import { addWork } from '../../../../db/queries/work.ts';
import { newId, parseUuid } from '../../../../db/uuid.ts';
import type { FailureView } from '../../../../server/console/overview/failures.ts';
import type { FreshnessView } from '../../../../server/console/overview/freshness.ts';
import type { WaitingView } from '../../../../server/console/overview/waiting.ts';
import { testAccount } from '../../../harness/services.ts';
import { type Door, openDoor, signedInAs } from '../../web/door.ts';
import { type Belongings, makeBelongings } from '../belongings.ts';

describe('the overview', () => {
  let door: Door;
  let own: Belongings;
  let accountId: number;
  let token: string;
  before(async () => {
    door = await openDoor();
    ({ id: accountId } = await testAccount(door.services));
    own = await makeBelongings(door.services, accountId);
    for (const [table, column] of [
      ['execution', 'id'],
      ['execution_connector', 'execution_id'],
    ])
      await sql(
        `DELETE FROM ${table} WHERE account_id = ? AND ${column} NOT IN (?)`,
        accountId,
        [own.execution, own.exportExecution].map(idOf),
      );
    token = (await signedInAs(door.services, accountId, 'admin')).token;
  });
  after(() => door.close());

  const query = async <T>(path: string) => (await door.query(path, undefined, { token })).data as T;
  const sql = (text: string, ...values: unknown[]) => door.services.database.pool.query(text, values);
  const idOf = (uid: string) => parseUuid(uid);

  it('says of work that nobody does that it is stuck, and what it is', async () => {
    await addWork(door.services.database.pool, [{ kind: 'analyse', accountId, subject: newId() }]);
    const { work, has_worker, open_rejected_rows } = await query<WaitingView>('overview.waiting');
    expect(has_worker).to.equal(false);
    const analyse = work.find(({ kind }) => kind === 'analyse');
    expect(analyse).to.include({ state: 'stuck' });
    expect(analyse?.due_since).to.be.a('string');
    expect(open_rejected_rows).to.be.greaterThan(0);
  });

  it('says of work that waits for long although workers are there that it is slow, and why a try failed', async () => {
    await sql(
      "INSERT INTO worker (id, roles, process_id, host, started_at, seen_at) VALUES (?, 'worker', 1, 'here', NOW(3), NOW(3))",
      newId(),
    );
    const failure = JSON.stringify({ code: 'host_timeout', message: 'The recordings’ host does not answer.' });
    await sql(
      "UPDATE work SET run_after = NOW(3) - INTERVAL 1 HOUR, attempts = 2, last_error = ? WHERE account_id = ? AND kind = 'analyse'",
      failure,
      accountId,
    );
    const { work } = await query<WaitingView>('overview.waiting');
    const analyse = work.find(({ kind }) => kind === 'analyse');
    expect(analyse).to.include({ state: 'slow', error: 'The recordings’ host does not answer.' });
  });

  it('says of work that is tried again for as long as it takes that it fails, also while its next try is to come', async () => {
    const failure = JSON.stringify({ code: 'host_timeout', message: 'The broker does not answer.' });
    await addWork(door.services.database.pool, [{ kind: 'feedback', accountId, subject: newId() }]);
    await sql(
      "UPDATE work SET run_after = NOW(3) + INTERVAL 1 HOUR, attempts = 0, last_error = ? WHERE account_id = ? AND kind = 'feedback'",
      failure,
      accountId,
    );
    const { work } = await query<WaitingView>('overview.waiting');
    const feedback = work.find(({ kind }) => kind === 'feedback');
    expect(feedback).to.include({ state: 'failing', due_since: null, error: 'The broker does not answer.' });
    await sql("DELETE FROM work WHERE account_id = ? AND kind = 'feedback'", accountId);
  });

  it('names the executions whose items wait', async () => {
    await sql('UPDATE execution SET items_waiting = 3 WHERE id = ?', idOf(own.execution));
    const { left_items } = await query<WaitingView>('overview.waiting');
    expect(left_items).to.have.length(1);
    expect(left_items[0]).to.include({ execution_id: own.execution, items: 3 });
  });

  it('names no items that another job of the connector has imported since', async () => {
    const key = (n: number) => Buffer.alloc(32, n);
    await sql('UPDATE execution SET items_waiting = 2 WHERE id = ?', idOf(own.execution));
    await sql(
      "INSERT INTO waiting_item (execution_id, key_hash, account_id, item_key, reason) VALUES (?, ?, ?, 'a', 'w'), (?, ?, ?, 'b', 'w')",
      ...[1, 2].flatMap((n) => [idOf(own.execution), key(n), accountId]),
    );
    const imported = (n: number, by: Buffer | undefined) =>
      sql(
        `INSERT INTO source_item (account_id, connector_id, execution_id, location_hash, item_key, key_hash, version, state)
         SELECT account_id, connector_id, ?, ?, 'x', ?, ?, 'done' FROM execution_connector WHERE execution_id = ?`,
        ...[by, key(0), key(n), `${n}`, idOf(own.execution)],
      );
    const left = async () =>
      (await query<WaitingView>('overview.waiting')).left_items.map(({ execution_id, items }) => [execution_id, items]);
    await imported(2, Buffer.alloc(16));
    expect(await left(), 'an older version').to.deep.equal([[own.execution, 2]]);
    await imported(1, newId());
    expect(await left()).to.deep.equal([[own.execution, 1]]);
    await sql(
      'UPDATE source_item SET execution_id = ? WHERE account_id = ? AND key_hash = ?',
      newId(),
      accountId,
      key(2),
    );
    expect(await left()).to.deep.equal([]);
  });

  it('tells the newest failure of a job, how often it failed, and who can mend it', async () => {
    const error = JSON.stringify({ code: 'sign_in_refused', message: 'The server refused the password.' });
    await sql(
      "UPDATE execution SET status = 'handler_failed', error = ?, ended_at = NOW(3) WHERE id = ?",
      error,
      idOf(own.execution),
    );
    const older = newId();
    older.writeUIntBE(Date.now() - 3_600_000, 0, 6);
    await sql(
      `INSERT INTO execution (id, account_id, job_id, job_name, type, connector_names, trigger_kind, status)
       SELECT ?, account_id, job_id, job_name, type, connector_names, trigger_kind, status FROM execution WHERE id = ?`,
      older,
      idOf(own.execution),
    );
    const failures = await query<FailureView[]>('overview.failures');
    expect(failures).to.have.length(1);
    expect(failures[0]).to.include({
      ...{ execution_id: own.execution, status: 'handler_failed', kind: 'config', times: 2, works_again: false },
      message: 'The server refused the password.',
    });
    expect(failures[0]?.job?.is_enabled).to.equal(true);
  });

  it('says of a job that has gone well since that it works again, below those that do not', async () => {
    const later = newId();
    await sql(
      `INSERT INTO execution (id, account_id, job_id, job_name, type, connector_names, trigger_kind, status)
       SELECT ?, account_id, job_id, job_name, type, connector_names, trigger_kind, 'success' FROM execution WHERE id = ?`,
      later,
      idOf(own.execution),
    );
    await sql(
      `INSERT INTO execution_connector (account_id, connector_id, execution_id, job_id, status)
       SELECT account_id, connector_id, ?, job_id, 'success' FROM execution_connector WHERE execution_id = ?`,
      later,
      idOf(own.execution),
    );
    await sql("UPDATE execution SET status = 'delivery_failed' WHERE id = ?", idOf(own.exportExecution));
    const failures = await query<FailureView[]>('overview.failures');
    expect(failures.map(({ works_again }) => works_again)).to.deep.equal([false, true]);
    expect(failures.map(({ status }) => status)).to.deep.equal(['delivery_failed', 'handler_failed']);
  });

  it('tells of each connector when data last came, its newest run, and when it is due', async () => {
    await sql(
      'UPDATE execution_connector c JOIN execution e ON e.id = c.execution_id SET c.status = e.status WHERE e.account_id = ?',
      accountId,
    );
    const freshness = await query<FreshnessView[]>('overview.freshness');
    const ofImport = freshness.find(({ uid }) => uid === own.connector);
    expect(ofImport).to.include({ name: own.connectorName, direction: 'import', stream: null, state: 'late' });
    expect(ofImport?.misses_data).to.equal(true);
    expect(ofImport?.last_run?.status).to.equal('success');
    expect(ofImport?.next_due_at).to.be.a('string');
    expect(freshness.find(({ name }) => name === own.exportConnectorName)?.state).to.equal('failing');
  });
});
