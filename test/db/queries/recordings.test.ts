import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import { requeueRecordingsOf } from '../../../db/queries/execution-requeue.ts';
import { requeueFailedRecordings, requeueRecordings } from '../../../db/queries/recording-requeue.ts';
import type { Services } from '../../../server/services.ts';
import { interactionStatuses } from '../../../shared/interaction.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addWaitingRecordings } from '../../harness/waiting-recordings.ts';

describe('recordings that failed', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  it('are fetched again at the next run where the reason may have passed, and only there', async () => {
    const { pool } = services.database;
    const { id: accountId } = await testAccount(services);
    const origin = { accountId, connectorId: 7 };
    const { ids } = await addWaitingRecordings(services, origin, [
      { audio: 'a.wav' },
      { audio: 'b.wav' },
      { audio: 'c.wav' },
    ]);
    const fail = (at: number, code: string) =>
      pool.query("UPDATE recording SET state = 'failed', failure = ? WHERE interaction_id = ?", [
        JSON.stringify({ code, message: '' }),
        ids[at],
      ]);
    await fail(0, 'host_refused');
    await fail(1, 'not_audio');
    await pool.query("UPDATE recording SET state = 'here' WHERE interaction_id = ?", [ids[2]]);
    await pool.query('UPDATE interaction SET status = 3 WHERE account_id = ?', [accountId]);
    await pool.query('DELETE FROM work');

    expect(await requeueFailedRecordings(pool, accountId, 8, ['host_refused'])).to.equal(0);
    expect(await requeueFailedRecordings(pool, accountId, 7, ['host_refused'])).to.equal(1);

    const [recordings] = await pool.query<RowDataPacket[]>(
      'SELECT state FROM recording WHERE account_id = ? ORDER BY interaction_id',
      [accountId],
    );
    expect(recordings.map(({ state }) => state)).to.deep.equal(['waiting', 'failed', 'here']);
    const [work] = await pool.query<RowDataPacket[]>('SELECT kind, subject, group_key FROM work');
    expect(work).to.deep.equal([{ kind: 'record', subject: ids[0], group_key: 7 }]);
    const [[interaction]] = await pool.query<RowDataPacket[]>('SELECT status FROM interaction WHERE id = ?', [ids[0]]);
    expect(interaction).to.deep.equal({ status: 0 });
  });

  it('and transcripts that failed beside something that was analysed are fetched again when a person retries, not at each run', async () => {
    const { pool } = services.database;
    const { id: accountId } = await testAccount(services);
    const origin = { accountId, connectorId: 7, hasWork: false };
    const rows = [{ audio: 'a.wav', transcriptUrl: 'https://example.com/a.txt' }, { audio: 'b.wav;c.wav' }];
    const { ids, executionId } = await addWaitingRecordings(services, origin, rows);
    const failure = JSON.stringify({ code: 'http_unavailable', message: 'busy' });
    await pool.query('UPDATE interaction SET transcript_failure = ? WHERE id = ?', [failure, ids[0]]);
    await pool.query(
      'INSERT INTO failed_transcript (interaction_id, account_id, connector_id, execution_id) VALUES (?, ?, 7, ?)',
      [ids[0], accountId, executionId],
    );
    await pool.query(
      `UPDATE recording SET state = IF(reference = 'c.wav', 'failed', 'here'), failure = IF(reference = 'c.wav', ?, NULL)
        WHERE account_id = ?`,
      [failure, accountId],
    );
    await pool.query('UPDATE interaction SET status = ? WHERE account_id = ?', [
      interactionStatuses.indexOf('completed'),
      accountId,
    ]);
    expect(await requeueFailedRecordings(pool, accountId, 7, ['http_unavailable'])).to.equal(0);
    const retried = await requeueRecordingsOf(pool, accountId, [executionId], Buffer.alloc(16));
    expect(retried.interactions).to.equal(2);
  });

  it('stay as they are where another account is to have them fetched', async () => {
    const { pool } = services.database;
    const [{ id: accountId }, { id: otherId }] = [await testAccount(services), await testAccount(services)];
    const { ids } = await addWaitingRecordings(services, { accountId, connectorId: 7, hasWork: false }, [
      { audio: 'a.wav' },
    ]);
    await pool.query("UPDATE recording SET state = 'failed' WHERE account_id = ?", [accountId]);
    await transaction(pool, (connection) =>
      requeueRecordings(
        connection,
        otherId,
        ids.map((interactionId) => ({ interactionId, connectorId: 7 })),
      ),
    );
    const [recordings] = await pool.query<RowDataPacket[]>('SELECT state FROM recording WHERE account_id = ?', [
      accountId,
    ]);
    expect(recordings).to.deep.equal([{ state: 'failed' }]);
    await pool.query('DELETE FROM work WHERE account_id = ?', [otherId]);
  });
});
