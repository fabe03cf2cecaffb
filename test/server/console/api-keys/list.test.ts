import { expect } from 'chai';
import { setAccount } from '../../../../server/accounts/accounts.ts';
import type { ApiAccess } from '../../../../server/console/api-keys/list.ts';
import { testAccount } from '../../../harness/services.ts';
import { type Door, openDoor, signedInAs } from '../../web/door.ts';

describe('API Access', () => {
  let door: Door;
  before(async () => {
    door = await openDoor();
  });
  after(() => door.close());

  it('tells the limits that hold: the contract’s, or the account’s own', async () => {
    const { id, uid } = await testAccount(door.services);
    const { token } = await signedInAs(door.services, id, 'admin');
    const limits = async () => ((await door.query('apiKeys.list', undefined, { token })).data as ApiAccess).limits;
    const caps = { daily_cap: null, weekly_cap: null, monthly_cap: null };
    expect(await limits()).to.deep.equal({ ingest_per_minute: 100, read_per_minute: 300, ...caps });
    await setAccount(door.services, uid, { ingestPerMinute: 7, dailyCap: 50 });
    expect(await limits()).to.deep.equal({ ingest_per_minute: 7, read_per_minute: 300, ...caps, daily_cap: 50 });
  });
});
