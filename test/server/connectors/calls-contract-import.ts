import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { claimWork } from '../../../db/queries/work.ts';
import { type LoadedConnector, loadConnector } from '../../../server/connectors/load.ts';
import { recordHandler } from '../../../server/pipeline/record.ts';
import type { Services } from '../../../server/services.ts';
import { perform } from '../../../server/worker/attempt.ts';
import { addConnector } from '../../harness/connectors.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { runOnce } from '../pipeline/import/import-kit.ts';
import type { CallsSetup } from './calls-contract.ts';
import { hoursAgo } from './calls-fixture.ts';

const never = new AbortController().signal;

/** The real pipeline and database with this type's calls and recordings. */
export function callsImportContract({ type, system }: CallsSetup): void {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  const connect = async (): Promise<LoadedConnector> => {
    const { id: accountId } = await testAccount(services);
    const id = await addConnector(services, accountId, { type: type.id, config: system().config() });
    return await loadConnector(services.database, services.keyring, accountId, id);
  };

  /** Claims every recording that is due, now or later, and tries each once. */
  const fetchRecordings = async ({ accountId }: LoadedConnector): Promise<void> => {
    const { pool } = services.database;
    await pool.query("DELETE FROM work WHERE kind = 'record' AND account_id <> ?", [accountId]);
    await pool.query("UPDATE work SET run_after = '2000-01-01' WHERE kind = 'record'");
    const claimed = await claimWork(pool, 'record', { limit: 100, leaseSeconds: 30 });
    await using handler = recordHandler(services);
    for (const work of claimed)
      await perform(handler, { work, signal: never, lastFailure: undefined }, { pool, log: services.log });
  };

  const recordingsOf = async ({
    accountId,
  }: LoadedConnector): Promise<Record<string, { state: string; code?: string }>> => {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      `SELECT i.external_id, r.state, r.failure FROM recording r JOIN interaction i ON i.id = r.interaction_id
        WHERE r.account_id = ?`,
      [accountId],
    );
    return Object.fromEntries(
      rows.map(({ external_id, state, failure }) => [
        external_id.toString(),
        { state, ...(failure ? { code: JSON.parse(failure).code } : {}) },
      ]),
    );
  };

  it('the same calls imported twice give no new row, and a call that ends later comes with the next run', async () => {
    const connector = await connect();
    system().addCalls([
      { id: 'twice-1', startedAt: hoursAgo(3) },
      { id: 'twice-2', startedAt: hoursAgo(2) },
      { id: 'twice-live', startedAt: hoursAgo(1), isLive: true },
    ]);
    const first = await runOnce(services, connector);
    expect(first, JSON.stringify(first)).to.include({ status: 'success' });
    expect(first.counts).to.include({ imported: 2, updated: 0, rejected: 0 });
    const again = await runOnce(services, connector);
    expect(again.counts).to.include({ imported: 0, updated: 0, duplicate: again.counts.listed });
    system().endCall('twice-live');
    const later = await runOnce(services, connector);
    expect(later.counts).to.include({ imported: 1, updated: 0, rejected: 0 });
  });

  it('a dead system and a refused credential fail the execution', async () => {
    const connector = await connect();
    const broken = { refused: system().refused(), wrong: system().wrongCredential() };
    for (const [name, config] of Object.entries(broken)) {
      const outcome = await runOnce(services, { ...connector, config: type.config.parse(config) });
      expect(outcome.status, name).to.equal('handler_failed');
      expect(outcome.error?.code, name).to.equal(name === 'wrong' ? 'sign_in_refused' : 'host_refused');
    }
  });

  it('recordings are fetched; one that is late is fetched later, and a web page is none', async () => {
    const connector = await connect();
    system().addCalls([
      { id: 'fetched', startedAt: hoursAgo(1) },
      { id: 'late', startedAt: hoursAgo(1), recording: 'late' },
      { id: 'page', startedAt: hoursAgo(1), recording: 'html' },
    ]);
    expect((await runOnce(services, connector)).counts).to.include({ imported: 3, rejected: 0 });
    await fetchRecordings(connector);
    expect(await recordingsOf(connector)).to.deep.equal({
      fetched: { state: 'here' },
      late: { state: 'waiting' },
      page: { state: 'failed', code: 'not_audio' },
    });
    system().recordingArrives('late');
    await fetchRecordings(connector);
    expect((await recordingsOf(connector)).late).to.deep.equal({ state: 'here' });
  });
}
