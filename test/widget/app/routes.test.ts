import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { isAddress, isOtherQuery, parseAddress, withQuery } =
  await widgetModule<typeof import('../../../widget/app/routes.ts')>('app/routes.ts');

describe("the console's addresses", () => {
  it('lead to their pages, with what they are about', () => {
    expect(parseAddress('/').page).to.equal('overview');
    expect(parseAddress('/data-import').page).to.equal('data-import');
    expect(parseAddress('/api-access?webhooks=failed').page).to.equal('api-access');
    expect(parseAddress('/executions')).to.include({ page: 'executions', id: undefined });
    expect(parseAddress('/executions/018f-1')).to.include({ page: 'execution', id: '018f-1' });
    expect(parseAddress('/interactions/a%2Fb')).to.include({ page: 'interaction', id: 'a/b' });
    expect(parseAddress('/settings/users').page).to.equal('users');
    expect(parseAddress('/settings/alerts').page).to.equal('settings');
    expect(parseAddress('/settings/nothing').page).to.equal('missing');
    expect(parseAddress('/verify/abc')).to.include({ page: 'verify', id: 'abc' });
  });

  it('keep their filters', () => {
    const { page, query } = parseAddress('/executions?status=success&type=data_import');
    expect(page).to.equal('executions');
    expect(query.get('status')).to.equal('success');
    expect(withQuery('/executions', { status: 'success', type: undefined, other: '' })).to.equal(
      '/executions?status=success',
    );
  });

  it('ask the same again when only the object is another', () => {
    const asked = new URLSearchParams('status=success');
    expect(isOtherQuery(new URLSearchParams(asked), asked)).to.equal(false);
    expect(isOtherQuery(new URLSearchParams(), asked)).to.equal(true);
    expect(isOtherQuery(new URLSearchParams(), undefined)).to.equal(true);
  });

  it('lead to "missing" where there is nothing, whatever the text', () => {
    for (const address of ['/nowhere', '/jobs/1', '/executions/a/b', '/constructor', '/interactions/%E0%A4%A'])
      expect(['missing', 'interaction']).to.include(parseAddress(address).page);
    expect(parseAddress('/constructor').page).to.equal('missing');
  });

  it('are taken from a host page only when they stay inside the console', () => {
    expect(isAddress('/jobs')).to.equal(true);
    for (const foreign of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '', 7])
      expect(isAddress(foreign)).to.equal(false);
  });
});
