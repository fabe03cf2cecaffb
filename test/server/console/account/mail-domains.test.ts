import { expect } from 'chai';
import type { MailDomains } from '../../../../server/accounts/mail-domains.ts';
import { testAccount } from '../../../harness/services.ts';
import { type Door, openDoor, signedInAs } from '../../web/door.ts';

describe('the account’s own mail domains', () => {
  let door: Door;
  let token: string;

  before(async () => {
    door = await openDoor();
    const { id } = await testAccount(door.services, { console: false });
    token = (await signedInAs(door.services, id, 'admin')).token;
  });
  after(() => door.close());

  const ask = async () => (await door.query('account.mailDomains', undefined, { token })).data as MailDomains;
  const read = async () => (await ask()).domains;
  /** As a form that has just been opened saves. */
  const set = async (domains: unknown) => {
    const { version } = await ask();
    return door.mutate('account.setMailDomains', { domains, version }, { token });
  };

  it('are kept in small letters, each once, also where the @ was written with them', async () => {
    expect(await read()).to.deep.equal([]);
    const answer = await set([' Acme.example', '@acme.example', 'mail.acme.example', 'xn--bcher-kva.example']);
    const domains = ['acme.example', 'mail.acme.example', 'xn--bcher-kva.example'];
    expect(answer.data).to.deep.include({ domains });
    expect(await read()).to.deep.equal(domains);
    await set([]);
    expect(await read()).to.deep.equal([]);
  });

  it('are refused where one is none, which is named', async () => {
    for (const wrong of [
      'acme',
      'ada@acme.example',
      '-a.example',
      'a..example',
      '.example',
      'acme.1',
      'a b.example',
      '',
    ]) {
      const answer = await set(['acme.example', wrong]);
      expect(answer.status, wrong).to.equal(400);
      expect(answer.error?.data.field).to.equal('domains.1');
      expect(answer.error?.message).to.contain(`"${wrong}" is no mail domain`);
    }
    expect(await read()).to.deep.equal([]);
  });
});
