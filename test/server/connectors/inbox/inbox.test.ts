import { expect } from 'chai';
import { checkConnector } from '../../../../server/configuration/check.ts';
import { findConnector, saveConnector } from '../../../../server/configuration/connectors.ts';
import { removeConnector } from '../../../../server/configuration/removal.ts';
import { inboxConfigSchema } from '../../../../server/connectors/inbox/config.ts';
import { normalPublicKey } from '../../../../server/connectors/inbox/public-keys.ts';
import { findLogin } from '../../../../server/inbox/login.ts';
import { startInboxServer } from '../../../../server/inbox/server.ts';
import { inboxServer } from '../../../../server/inbox/server-facts.ts';
import { verifyPassword } from '../../../../server/security/passwords.ts';
import type { Services } from '../../../../server/services.ts';
import { eventually } from '../../../harness/eventually.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { inboxPassword, makeInbox, makeKey } from '../../inbox/inboxes.ts';

describe('the inbox connector', () => {
  let services: Services;
  let accountId: number;
  before(async () => {
    services = await testServices();
    accountId = (await testAccount(services)).id;
  });
  after(() => services.close());

  const save = (name: string, config: object) =>
    saveConnector(services, accountId, { name, direction: 'import', type: 'inbox', config }, { by: 'test' });

  it('gets a username of its name, a hash for its password, and the same host key as every other', async () => {
    const { username } = await makeInbox(services, accountId, {}, 'Nightly Calls (VLA)');
    expect(username).to.match(/^nightly-calls-vla-[a-z0-9]{6}$/);
    const shown = await findConnector(services, accountId, 'Nightly Calls (VLA)');
    expect(shown.kept_secrets).to.deep.equal(['password_hash']);
    expect(JSON.stringify(shown)).not.to.contain(inboxPassword).and.not.to.contain('scrypt');
    expect(shown.public_side).to.include({ username, port: '2222', address: `sftp://${username}@127.0.0.1:2222` });
    expect(shown.public_side.host_key).to.match(/^SHA256:/);
    const login = await findLogin(services, username);
    expect(await verifyPassword(inboxPassword, login?.config.password_hash ?? null)).to.equal(true);
    const other = await makeInbox(services, accountId);
    expect((await findConnector(services, accountId, other.name)).public_side.host_key).to.equal(
      shown.public_side.host_key,
    );
  });

  it('is unchanged when it is applied again, and keeps its username and password when others change', async () => {
    const config = { password: inboxPassword };
    await save('again', config);
    const { public_side } = await findConnector(services, accountId, 'again');
    expect((await save('again', config)).change).to.equal('unchanged');
    expect((await save('again', { quota: 3 })).change).to.equal('updated');
    const login = await findLogin(services, public_side.username ?? '');
    expect(login?.config).to.include({ quota: 3 });
    expect(await verifyPassword(inboxPassword, login?.config.password_hash ?? null)).to.equal(true);
  });

  it('refuses a login that nobody could use, a name that is taken, and keys that are too weak', async () => {
    expect(await codeOf(save('nobody', {}))).to.equal('invalid');
    const { username } = await makeInbox(services, accountId);
    const other = await testAccount(services);
    const input = { name: 'taken', direction: 'import', type: 'inbox', config: { password: inboxPassword, username } };
    expect(await codeOf(saveConnector(services, other.id, input, { by: 'test' }))).to.equal('conflict');
    const { publicKey } = makeKey();
    expect(normalPublicKey(` ${publicKey}\n`)).to.equal(publicKey);
    for (const wrong of ['ssh-ed25519 nonsense', 'ssh-dss AAAA', ''])
      expect(inboxConfigSchema.safeParse({ public_keys: [wrong] }).success, wrong).to.equal(false);
  });

  it('is as good after a check as before it', async () => {
    const { name, uid } = await makeInbox(services, accountId);
    const server = await startInboxServer(services, { port: 0, host: '127.0.0.1' });
    try {
      await eventually('it gives a sign of life', async () => (await inboxServer(services)).isUp);
      const { ok, message } = await checkConnector(services, accountId, uid);
      expect(ok, message).to.equal(true);
    } finally {
      await server.close();
    }
    const { public_side, config } = await findConnector(services, accountId, name);
    expect(public_side.host_key).to.match(/^SHA256:/);
    expect(config).not.to.have.property('host_key');
    const { ok, message } = await checkConnector(services, accountId, uid);
    expect(ok).to.equal(false);
    expect(message).to.match(/no inbox server/i);
  });

  it('is gone with its login when it is deleted, and the name is free again', async () => {
    const { username, uid } = await makeInbox(services, accountId);
    await removeConnector(services, accountId, uid);
    expect(await findLogin(services, username)).to.equal(undefined);
    await makeInbox(services, accountId, { username });
  });
});

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: { code?: string }) => error.code,
  );
}
