import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { requeueAnalysesOf, requeueRecordingsOf } from '../../../db/queries/execution-requeue.ts';
import { newId } from '../../../db/uuid.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addWaitingRecordings } from '../../harness/waiting-recordings.ts';

const start = Buffer.alloc(16);

describe('what failed of an execution', () => {
  let services: Services;
  let accountId: number;
  before(async () => {
    services = await testServices();
  });
  beforeEach(async () => {
    await services.database.pool.query('DELETE FROM work');
    accountId = (await testAccount(services)).id;
  });
  after(() => services.close());

  it('is fetched again once each, also what fails again while the rest is still being taken', async () => {
    const { pool } = services.database;
    const rows = Array.from({ length: 2_300 }, () => ({ audio: 'a.wav' }));
    const place = { accountId, connectorId: 7, hasWork: false };
    const { executionId } = await addWaitingRecordings(services, place, rows);
    const failAll = async () => {
      await pool.query("UPDATE recording SET state = 'failed' WHERE account_id = ?", [accountId]);
      await pool.query('DELETE FROM work');
    };
    await failAll();
    const first = await requeueRecordingsOf(pool, accountId, [executionId], start);
    expect(first.interactions).to.equal(2_000);
    await failAll();
    const second = await requeueRecordingsOf(pool, accountId, [executionId], first.last ?? start);
    expect(second.interactions).to.equal(300);
    const third = await requeueRecordingsOf(pool, accountId, [executionId], second.last ?? start);
    expect(third).to.deep.equal({ interactions: 0, last: undefined });
  });

  it('is analysed again after its transcript is fetched, where that is not here', async () => {
    const { pool } = services.database;
    const place = { accountId, connectorId: 7, hasWork: false };
    const { ids, executionId } = await addWaitingRecordings(services, place, [
      { transcriptUrl: 'none.txt' },
      { transcriptUrl: 'here.txt', transcript: 'Agent: hello' },
      { transcript: 'Agent: hello' },
    ]);
    await pool.query('UPDATE interaction SET transcript_failure = ? WHERE id = ?', [
      JSON.stringify({ code: 'path_missing', message: 'No file.' }),
      ids[0],
    ]);
    await pool.query(
      `INSERT INTO analysis (id, account_id, interaction_id, profile_id, profile_version, execution_id, occurred_at, status)
         VALUES ?`,
      [ids.map((id) => [newId(), accountId, id, 1, 1, executionId, new Date(), 'failed'])],
    );
    expect((await requeueAnalysesOf(pool, accountId, [executionId], start)).interactions).to.equal(3);
    const [work] = await pool.query<RowDataPacket[]>(
      'SELECT kind, subject, group_key FROM work WHERE account_id = ? ORDER BY subject',
      [accountId],
    );
    expect(work).to.deep.equal([
      { kind: 'record', subject: ids[0], group_key: 7 },
      { kind: 'analyse', subject: ids[1], group_key: 0 },
      { kind: 'analyse', subject: ids[2], group_key: 0 },
    ]);
  });
});
