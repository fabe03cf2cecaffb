import { expect } from 'chai';
import { analysisProgress } from '../../../server/pipeline/progress.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { claimed, seedAnalysis, seedInteraction, seedProfile } from '../reports/seed.ts';

describe('how far the analyses have come', () => {
  let services: Services;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  it('is queued while a recording is fetched or an analysis is made, each interaction once', async () => {
    const { id: accountId } = await testAccount(services);
    const { id: fetched } = await seedInteraction(services, accountId);
    const { id: measured } = await seedInteraction(services, accountId);
    await claimed(services, 'record', accountId, fetched);
    await claimed(services, 'analyse', accountId, fetched);
    await claimed(services, 'analyse', accountId, measured);
    await claimed(services, 'execute', accountId, Buffer.alloc(16, 1));
    expect(await analysisProgress(services, accountId)).to.deep.equal({ completed: 0, failed: 0, queued: 2, late: 0 });
  });

  it('counts analyses, and interactions that failed before they had one', async () => {
    const { id: accountId } = await testAccount(services);
    await seedProfile(services, accountId, 'Basics', { Manual: { kind: 'manual' } });
    await seedProfile(services, accountId, 'Second', { Manual: { kind: 'manual' } });
    const { id: good } = await seedInteraction(services, accountId, { status: 'completed' });
    await seedAnalysis(services, accountId, good, { profile: 'Basics' });
    await seedAnalysis(services, accountId, good, { profile: 'Second' });
    const { id: bad } = await seedInteraction(services, accountId, { status: 'failed' });
    const analysis = await seedAnalysis(services, accountId, bad, { profile: 'Basics' });
    await services.database.pool.query("UPDATE analysis SET status = 'failed' WHERE id = ?", [analysis]);
    await seedInteraction(services, accountId, { status: 'failed' });
    expect(await analysisProgress(services, accountId)).to.deep.equal({ completed: 2, failed: 2, queued: 0, late: 0 });

    const other = await testAccount(services);
    expect(await analysisProgress(services, other.id)).to.deep.equal({ completed: 0, failed: 0, queued: 0, late: 0 });
  });
});
