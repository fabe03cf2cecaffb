import { expect } from 'chai';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { runRace, runRaceWithKill } from './race.ts';

describe('two scheduler processes', () => {
  let services: Services;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  it('fire each of several hundred due times exactly once while they race, and both take part', async () => {
    const { id: accountId } = await testAccount(services, { timezone: 'UTC' });
    const { firedBy, executions, dueTimes, caughtUp } = await runRace(services, { accountId, jobs: 60, ticks: 8 });
    expect({ executions, dueTimes, caughtUp }).to.deep.equal({ executions: 480, dueTimes: 480, caughtUp: 0 });
    expect(firedBy.reduce((sum, count) => sum + count, 0)).to.equal(480);
    expect(firedBy.every((count) => count > 0)).to.equal(true);
  });

  it('lose and double nothing when one of them is killed while it fires', async () => {
    const { id: accountId } = await testAccount(services, { timezone: 'UTC' });
    const counted = await runRaceWithKill(services, { accountId, jobs: 1_000 });
    expect(counted).to.deep.include({ executions: 1_000, dueTimes: 1_000, caughtUp: 0 });
  });
});
