import { expect } from 'chai';
import { apply, readConfiguration } from '../../../server/configuration/apply.ts';
import { checkConfig, checkConnector } from '../../../server/configuration/check.ts';
import { findConnector } from '../../../server/configuration/connectors.ts';
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

describe('a host key that a check has pinned', () => {
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

  const variable = (name: string) => `\${${name}}`;
  /** As a file of the configuration names it: the port comes from a variable, as text. */
  const document = (port: string) => {
    const { host, username, directory, privateKey } = sftp;
    const credential = { type: 'ssh_key', private_key: variable('KEY') };
    const config = { host, port: variable('PORT'), username, directory, file_format: 'csv', credential };
    const connector = { name: 'calls', direction: 'import', type: 'sftp', config };
    return readConfiguration(JSON.stringify({ connectors: [connector] }), { PORT: port, KEY: privateKey });
  };

  async function applied(accountId: number, port: string) {
    const result = await apply(services, accountId, document(port), { by: 'test' });
    return { result, connector: await findConnector(services, accountId, 'calls') };
  }

  it('stays when the same configuration is applied again, and goes with another port', async () => {
    const { id } = await testAccount(services);
    const made = await applied(id, String(sftp.port));
    expect(await checkConnector(services, id, made.connector.uid)).to.include({ ok: true });
    const again = await applied(id, String(sftp.port));
    expect(again.connector.config.host_key).to.equal(sftp.hostKeyFingerprint);
    expect(again.result).to.deep.include({ created: [], updated: [] });
    expect((await applied(id, String(sftp.port + 1))).connector.config).not.to.have.property('host_key');
  });
});
