import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { requeueFailedRecordings } from '../../../db/queries/recording-requeue.ts';
import type { Services } from '../../../server/services.ts';
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
});
