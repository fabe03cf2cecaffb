import { expect } from 'chai';
import { createCampaign, findCampaign, listCampaigns } from '../../../server/campaigns/campaigns.ts';
import type { Services } from '../../../server/services.ts';
import type { AppError } from '../../../shared/error.ts';
import { testAccount, testServices } from '../../harness/services.ts';

describe('campaigns', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  it('have ids of 24 hex digits, and are found by them in their own account alone', async () => {
    const { id: mine } = await testAccount(services);
    const { id: another } = await testAccount(services);
    const { id } = await createCampaign(services, mine, { name: ' Orders ' }, 'test');
    expect(id).to.match(/^[0-9a-f]{24}$/);
    expect(await findCampaign(services, mine, id.toUpperCase())).to.include({ id, name: 'Orders', createdBy: 'test' });
    expect(await findCampaign(services, another, id)).to.equal(undefined);
    expect(await findCampaign(services, mine, 'no id')).to.equal(undefined);
    expect((await listCampaigns(services, mine)).map(({ name }) => name)).to.deep.equal(['Orders']);
    expect(await listCampaigns(services, another)).to.deep.equal([]);
  });

  it('have names of their own: a second one of that name is refused with the id of the first', async () => {
    const { id: accountId } = await testAccount(services);
    const { id } = await createCampaign(services, accountId, { name: 'Sales' }, 'test');
    const error = await createCampaign(services, accountId, { name: 'SALES' }, 'test').catch(
      (thrown: AppError) => thrown,
    );
    expect(error).to.include({ code: 'conflict', field: 'name' });
    expect((error as AppError).message).to.include(id);
    const empty = await createCampaign(services, accountId, { name: ' ' }, 'test').catch((thrown: AppError) => thrown);
    expect(empty).to.include({ code: 'invalid', field: 'name' });
  });
});
