import { expect } from 'chai';
import { checkConfig } from '../../../server/configuration/check.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { type Sshd, startSshd } from '../../harness/sshd.ts';

describe('testing a connector that is not saved yet', () => {
  let services: Services;
  let sftp: Sshd;
  before(async () => {
    services = await testServices();
    sftp = await startSshd();
  });
  after(async () => {
    await sftp.stop();
    await services.close();
  });

  const check = async (credential: Record<string, string>) => {
    const { id } = await testAccount(services);
    const { host, port, username, directory } = sftp;
    const config = { host, port, username, directory, file_format: 'csv', credential };
    return checkConfig(services, id, { type: 'sftp', direction: 'import', config });
  };

  it('says that saving makes the key pair, once the host key was seen', async () => {
    const { ok, message, details, steps } = await check({ type: 'ssh_key' });
    expect(ok).to.equal(false);
    expect(message).to.match(/saving makes the pair/);
    expect(details.host_key).to.equal(sftp.hostKeyFingerprint);
    expect(steps.map((step) => [step.name, step.ok])).to.deep.equal([
      ['reach', true],
      ['host_key', true],
      ['sign_in', false],
    ]);
  });

  it('signs in with a key of the customer', async () => {
    expect(await check({ type: 'ssh_key', private_key: sftp.privateKey })).to.include({ ok: true });
  });
});
