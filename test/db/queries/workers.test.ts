import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { addWork, claimWork, settleWork } from '../../../db/queries/work.ts';
import { releaseClaims } from '../../../db/queries/workers.ts';
import { newId } from '../../../db/uuid.ts';
import type { Services } from '../../../server/services.ts';
import { testServices } from '../../harness/services.ts';

describe('claims that are given back', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  it('are due each after its own delay, without the attempt, and cannot be settled; a claim that was lost stays as it is', async () => {
    const { pool } = services.database;
    await addWork(
      pool,
      [1, 2, 3].map(() => ({ kind: 'analyse' as const, accountId: 1, subject: newId() })),
    );
    const [now, later, lost] = await claimWork(pool, 'analyse', { limit: 3, leaseSeconds: 60 });
    if (!now || !later || !lost) throw new Error('not all were claimed');
    await releaseClaims(pool, [now, { ...later, delayMs: 5_000 }, { ...lost, claim: lost.claim - 1, delayMs: 5_000 }]);
    const [rows] = await pool.query<RowDataPacket[]>(
      'SELECT id, attempts, claim, TIMESTAMPDIFF(MICROSECOND, NOW(3), run_after) / 1000 AS due_ms FROM work ORDER BY id',
    );
    const dueMs = rows.map(({ due_ms }) => due_ms);
    expect(rows.map(({ attempts }) => attempts)).to.deep.equal([0, 0, 1]);
    expect(rows.map(({ claim }) => claim)).to.deep.equal([now.claim + 1, later.claim + 1, lost.claim]);
    expect(dueMs[0]).to.be.at.most(0);
    expect(dueMs[1]).to.be.within(3_000, 5_000);
    expect(dueMs[2]).to.be.above(50_000);
    expect(await settleWork(pool, now)).to.equal(false);
    expect(await settleWork(pool, lost)).to.equal(true);
  });
});
