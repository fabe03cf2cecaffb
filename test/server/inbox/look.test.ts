import { expect } from 'chai';
import type { InboxLogin } from '../../../server/inbox/login.ts';
import { lookAtVisits } from '../../../server/inbox/look.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { makeInbox } from './inboxes.ts';

describe('the look at who is signed in at the inbox', () => {
  let services: Services;
  let accountId: number;
  before(async () => {
    services = await testServices();
    accountId = (await testAccount(services)).id;
  });
  after(() => services.close());

  async function visit() {
    const { connectorId } = await makeInbox(services, accountId);
    const told: (number | undefined)[] = [];
    return {
      told,
      login: { accountId, connectorId } as InboxLogin,
      look: async (configuredAtMs: number | undefined) => void told.push(configuredAtMs),
    };
  }

  it('does not take those for removed who sign in while it is under way', async () => {
    const [early, late] = [await visit(), await visit()];
    const visits = new Set([early]);
    const looking = lookAtVisits(services.database.pool, visits);
    visits.add(late);
    await looking;
    expect(early.told).to.have.length(1);
    expect(early.told[0]).to.be.a('number');
    expect(late.told).to.deep.equal([]);
    await lookAtVisits(services.database.pool, visits);
    expect(late.told[0]).to.be.a('number');
  });
});
