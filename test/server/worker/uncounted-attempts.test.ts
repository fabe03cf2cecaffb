import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { addWork, claimWork } from '../../../db/queries/work.ts';
import { newId } from '../../../db/uuid.ts';
import type { Services } from '../../../server/services.ts';
import { UncountedAttempts } from '../../../server/worker/uncounted-attempts.ts';
import { eventually } from '../../harness/eventually.ts';
import { testServices } from '../../harness/services.ts';

describe('attempts that do not count', () => {
  let services: Services;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  async function rows(sql: string): Promise<RowDataPacket[]> {
    return (await services.database.pool.query<RowDataPacket[]>(sql))[0];
  }

  it('are all taken back, also one that comes while others are being written', async () => {
    const { pool } = services.database;
    await addWork(
      pool,
      [newId(), newId()].map((subject) => ({ kind: 'analyse', accountId: 1, subject })),
    );
    const [first, second] = await claimWork(pool, 'analyse', { limit: 2, leaseSeconds: 60 });
    if (!first || !second) throw new Error('nothing was claimed');
    const uncounted = new UncountedAttempts();
    uncounted.add(first.id);
    const holder = await pool.getConnection();
    await holder.beginTransaction();
    await holder.query('SELECT * FROM work WHERE id = ? FOR UPDATE', [first.id]);
    const writing = uncounted.write(pool);
    await eventually(
      'the first is being written',
      async () =>
        (await rows("SELECT 1 FROM information_schema.processlist WHERE info LIKE 'UPDATE work SET att%'"))[0],
    );
    uncounted.add(second.id);
    await holder.commit();
    holder.release();
    await writing;
    await uncounted.write(pool);
    expect((await rows('SELECT attempts FROM work')).map(({ attempts }) => attempts)).to.deep.equal([0, 0]);
  });
});
