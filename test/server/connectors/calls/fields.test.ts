import { expect } from 'chai';
import { hostAddress } from '../../../../server/connectors/calls/fields.ts';

describe('the address of a cloud system', () => {
  it('is kept as its origin', () => {
    expect(hostAddress.parse(' https://api.example.com/v1?a=1 ')).to.equal('https://api.example.com');
  });

  it('is called by TLS alone, but for addresses that nobody outside can listen to', () => {
    const privates = ['localhost:8080', '127.0.0.1:1', '[::1]:1', '10.1.2.3', '192.168.1.1', '172.16.0.1', '[fd00::1]'];
    for (const host of privates) expect(hostAddress.safeParse(`http://${host}`).success, host).to.equal(true);
    for (const host of [
      'api.example.com',
      '8.8.8.8',
      '169.254.169.254',
      '172.32.0.1',
      '[2001:4860::1]',
      'localhost.com',
    ])
      expect(hostAddress.safeParse(`http://${host}`).success, host).to.equal(false);
  });

  it('carries no credentials', () => {
    expect(hostAddress.safeParse('https://key:token@api.example.com').success).to.equal(false);
    for (const text of ['', 'https://', 'api.example.com', 'ftp://a.example'])
      expect(hostAddress.safeParse(text).success).to.equal(false);
  });
});
