import { expect } from 'chai';
import { readConfig } from '../../server/config.ts';
import { openServices } from '../../server/services.ts';

describe('the services', () => {
  it('refuse a wrong setting before they connect to anything, so that the program can end', async () => {
    const config = { ...readConfig({}), egressAllow: ['localhost'] };
    const address = { host: '127.0.0.1', port: 1, user: 'nobody', password: '', database: 'none' };
    const refusal = await openServices({ config, secretKey: 'a key for this test', address }).catch((error) => error);
    expect(refusal).to.have.property('code', 'setting_invalid');
    expect(refusal.message).to.match(/CQA_EGRESS_ALLOW: "localhost"/);
  });
});
