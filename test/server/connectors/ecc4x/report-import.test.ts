import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2';
import { claimWork } from '../../../../db/queries/work.ts';
import type { ConnectorContext, ConnectorType } from '../../../../server/connectors/connector.ts';
import type { Ecc4xConfig } from '../../../../server/connectors/ecc4x/config.ts';
import { ecc4x } from '../../../../server/connectors/ecc4x/ecc4x.ts';
import { openSource } from '../../../../server/connectors/ecc4x/source.ts';
import { type LoadedConnector, loadConnector } from '../../../../server/connectors/load.ts';
import { recordHandler } from '../../../../server/pipeline/record.ts';
import type { Services } from '../../../../server/services.ts';
import { perform } from '../../../../server/worker/attempt.ts';
import { addConnector } from '../../../harness/connectors.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { runOnce } from '../../pipeline/import/import-kit.ts';
import { EccServer } from './ecc-server.ts';
import { restV4 } from './fixture.ts';
import { MemoryInbox } from './memory-inbox.ts';

const never = new AbortController().signal;

describe("a VLA report through the product's own pipeline", () => {
  const server = new EccServer();
  const inbox = new MemoryInbox();
  let services: Services;
  before(async () => {
    await server.start();
    services = await testServices();
  });
  after(async () => {
    await services.close();
    await server.stop();
  });

  async function connect(): Promise<LoadedConnector> {
    // In another zone than ECC: its times are those of ECC.
    const { id: accountId } = await testAccount(services, { timezone: 'America/New_York' });
    const config = { source: { kind: 'sftp_report', inbox: 'vla' }, voice_log: restV4(server) };
    const id = await addConnector(services, accountId, { type: 'ecc4x', config });
    const connector = await loadConnector(services.database, services.keyring, accountId, id);
    const source = (given: Ecc4xConfig, context: ConnectorContext) =>
      openSource(given, { ...context, inbox: async () => inbox });
    return { ...connector, type: { ...ecc4x, source } as unknown as ConnectorType };
  }

  async function recordingsOf(accountId: number): Promise<string[]> {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      'SELECT r.state, r.failure FROM recording r WHERE r.account_id = ? ORDER BY r.interaction_id',
      [accountId],
    );
    return rows.map(({ state, failure }) => (failure ? JSON.parse(failure).code : state));
  }

  it('needs the call SID alone; its recordings come by the voice-log API, and again is no new row', async () => {
    const connector = await connect();
    const { accountId } = connector;
    const startedAt = new Date(Date.now() - 3_600_000);
    server.calls.add([
      { id: 'd1-vce-1', startedAt },
      { id: 'd1-vce-2', startedAt, recording: 'html' },
    ]);
    const lines = ['d1-vce-1,110,d1-vce-1-vcall-1,Asha,2026-11-20 10:00:00', 'd1-vce-2,110,,Ravi,', ',110,,Ravi,'];
    inbox.put('report.csv', `crtObjectId,campaignId,callId,agent,interaction_start_time\n${lines.join('\n')}\n`);
    const first = await runOnce(services, connector);
    expect(first.counts, JSON.stringify(first)).to.include({ imported: 2, rejected: 1 });

    const { pool } = services.database;
    const [rows] = await pool.query<RowDataPacket[]>(
      'SELECT external_id, channel_type, interaction_start_time AS start_time, metadata FROM interaction WHERE account_id = ? ORDER BY external_id',
      [accountId],
    );
    expect(rows[0]?.channel_type).to.equal('VOICE');
    expect(new Date(rows[0]?.start_time).toISOString()).to.equal('2026-11-20T04:30:00.000Z');
    expect(JSON.parse(rows[0]?.metadata)).to.include({ agent: 'Asha', campaign_id: '110' });

    await pool.query("UPDATE work SET run_after = '2000-01-01' WHERE kind = 'record' AND account_id = ?", [accountId]);
    const claimed = await claimWork(pool, 'record', { limit: 100, leaseSeconds: 30 });
    await using handler = recordHandler(services);
    for (const work of claimed)
      await perform(handler, { work, signal: never, lastFailure: undefined }, { pool, log: services.log });
    expect(await recordingsOf(accountId)).to.deep.equal(['here', 'not_audio']);

    inbox.put('again.csv', `crtObjectId,campaignId,callId,agent,interaction_start_time\n${lines.join('\n')}\n`);
    const again = await runOnce(services, connector);
    expect(again.counts).to.include({ imported: 0, updated: 0, duplicate: 2, rejected: 1 });
  });
});
