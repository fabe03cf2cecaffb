import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import { beginItem, saveCheckpoint } from '../../../db/queries/source-items.ts';
import { addWork, claimWork, settleWork } from '../../../db/queries/work.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addWaitingRecordings } from '../../harness/waiting-recordings.ts';

describe('an item that is being read', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  it('takes the next rows from whoever runs its execution, and none once that has ended', async () => {
    const { pool } = services.database;
    const { id: accountId } = await testAccount(services);
    const place = { accountId, connectorId: 1, hasWork: false };
    const { executionId } = await addWaitingRecordings(services, place, [{ audio: 'a.wav' }]);
    const [[item]] = await pool.query<RowDataPacket[]>('SELECT id FROM source_item WHERE execution_id = ?', [
      executionId,
    ]);
    await addWork(pool, [{ kind: 'execute', accountId, subject: executionId }]);
    const [work] = await claimWork(pool, 'execute', { limit: 1, leaseSeconds: 30 });
    if (!work) throw new Error('nothing was claimed');
    const reader = { executionId, work };
    const save = (from: number) =>
      transaction(pool, (connection) =>
        saveCheckpoint(connection, reader, item?.id, {
          ...{ from, to: from + 10, imported: 10, updated: 0, duplicate: 0, rejected: 0 },
        }),
      );
    await transaction(pool, (connection) =>
      beginItem(connection, reader, item?.id, { sha256: Buffer.alloc(32), fromStart: true }),
    );
    expect(await save(0)).to.equal(true);
    expect(await save(0)).to.equal(false);
    expect(await settleWork(pool, work)).to.equal(true);
    expect(await save(10)).to.equal(false);
    const [[kept]] = await pool.query<RowDataPacket[]>('SELECT records_done FROM source_item WHERE id = ?', [item?.id]);
    expect(kept?.records_done).to.equal(10);
  });
});
