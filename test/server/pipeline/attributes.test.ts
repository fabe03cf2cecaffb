import { expect } from 'chai';
import { queueAttributeWork } from '../../../db/queries/attribute-fill.ts';
import { addAttributeFields, listAttributeFields } from '../../../db/queries/attributes.ts';
import { claimWork } from '../../../db/queries/work.ts';
import { attributeHandler } from '../../../server/pipeline/attributes.ts';
import type { Services } from '../../../server/services.ts';
import { perform } from '../../../server/worker/attempt.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { seedMany } from '../reports/seed.ts';

describe('looking at interactions for what they are found by', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  it('goes on after it was given up, however often its worker died', async () => {
    const { pool } = services.database;
    const { id: accountId } = await testAccount(services);
    await seedMany(services, accountId, { count: 3, at: new Date(), metadata: { queue: 'Orders' } });
    await addAttributeFields(pool, accountId, ['queue']);
    await queueAttributeWork(pool);
    await using handler = attributeHandler(services);
    async function attempt(): Promise<number> {
      await pool.query('UPDATE work SET run_after = NOW(3)');
      const [work] = await claimWork(pool, 'index', { limit: 1, leaseSeconds: 30 });
      if (!work) throw new Error('there is no work');
      const held = { work, signal: new AbortController().signal, lastFailure: undefined };
      await perform(handler, held, { pool, log: services.log });
      return work.attempts;
    }
    const isReady = async () => (await listAttributeFields(pool, accountId))[0]?.isReady;
    await pool.query('UPDATE work SET attempts = ?', [handler.maxAttempts]);
    await attempt();
    expect(await isReady()).to.equal(false);
    expect(await attempt()).to.equal(1);
    expect(await isReady()).to.equal(true);
  });
});
