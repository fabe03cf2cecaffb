import { expect } from 'chai';
import { z } from 'zod';
import { addressesOf, genesysConfigSchema } from '../../../../server/connectors/genesys/config.ts';
import { genesys } from '../../../../server/connectors/genesys/genesys.ts';
import { parsed } from './kit.ts';

const least = { client_id: 'c', client_secret: 's' };

describe('the settings of a Genesys connector', () => {
  it('addresses are made from the region, by whatever name people call it', () => {
    for (const region of ['mypurecloud.ie', 'eu-west-1', 'https://apps.mypurecloud.ie/', 'login.mypurecloud.ie']) {
      const { login, api } = addressesOf(parsed({ ...least, region }));
      expect([login.href, api.href]).to.deep.equal(['https://login.mypurecloud.ie/', 'https://api.mypurecloud.ie/']);
    }
    expect(addressesOf(parsed({ ...least, region: 'usw2.pure.cloud' })).api.href).to.equal(
      'https://api.usw2.pure.cloud/',
    );
  });

  it('a region that is none is refused', () => {
    for (const region of ['169.254.169.254', 'evil.example', 'mypurecloud.ie.evil.example'])
      expect(genesysConfigSchema.safeParse({ ...least, region }).success, region).to.equal(false);
  });

  it('own addresses win over the region', () => {
    const { login, api } = addressesOf(
      parsed({ ...least, login_url: 'http://127.0.0.1:1', api_url: 'http://127.0.0.1:2/x' }),
    );
    expect([login.origin, api.origin]).to.deep.equal(['http://127.0.0.1:1', 'http://127.0.0.1:2']);
  });

  it('credentials go over TLS: http:// is taken for this machine and addresses of private networks alone', () => {
    for (const address of ['http://login.genesys.example', 'http://8.8.8.8', 'http://127.0.0.1.example'])
      for (const field of ['login_url', 'api_url'])
        expect(genesysConfigSchema.safeParse({ ...least, [field]: address }).success, address).to.equal(false);
    for (const address of [
      'http://localhost:8080',
      'http://127.0.0.1:1',
      'http://10.0.0.5',
      'https://login.genesys.example',
    ])
      expect(parsed({ ...least, login_url: address, api_url: address }).api_url).to.equal(address);
  });

  it('a queue may be named by its name alone', () => {
    const { queues } = parsed({ ...least, queues: ['Support', { queue: 'Sales', max_calls: 5 }] });
    expect(queues).to.deep.equal([{ queue: 'Support' }, { queue: 'Sales', max_calls: 5 }]);
  });

  it('a shortest call that is longer than the longest is refused', () => {
    const wrong = { ...least, min_duration_seconds: 60, max_duration_seconds: 30 };
    const issues = genesysConfigSchema.safeParse(wrong).error?.issues ?? [];
    expect(issues.map(({ path }) => path.join('.'))).to.deep.equal(['max_duration_seconds']);
  });

  it('the form has a choice of regions, rows of queues, and the secret marked', () => {
    const { properties } = z.toJSONSchema(genesys.config, { io: 'input' }) as unknown as {
      properties: Record<
        string,
        { enum?: string[]; default?: string; secret?: boolean; items?: { properties: object } }
      >;
    };
    expect(properties.region?.enum).to.include('mypurecloud.de');
    expect(properties.region?.default).to.equal('mypurecloud.com');
    expect(parsed(least).region).to.equal('mypurecloud.com');
    expect(Object.keys(properties.queues?.items?.properties ?? {})).to.deep.equal(['queue', 'max_calls']);
    expect(properties.client_secret?.secret).to.equal(true);
  });

  it('another selection is another location: its days are read again', () => {
    const location = (more: object) => genesys.location(parsed({ ...least, ...more }));
    expect(location({ queues: ['a', 'b'] })).to.equal(location({ queues: ['b', 'a'] }));
    expect(location({ quota_per_agent: 5 })).not.to.equal(location({ quota_per_agent: 6 }));
  });
});
