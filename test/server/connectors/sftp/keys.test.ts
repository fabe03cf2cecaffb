import { expect } from 'chai';
import { findConnector, saveConnector } from '../../../../server/configuration/connectors.ts';
import { loadConnector } from '../../../../server/connectors/load.ts';
import { checkSftp } from '../../../../server/connectors/sftp/check.ts';
import type { SftpConfig } from '../../../../server/connectors/sftp/config.ts';
import { newPrivateKey, publicKeyOf } from '../../../../server/connectors/sftp/keys.ts';
import type { CheckStep } from '../../../../shared/connector.ts';
import { sftpConfig } from '../../../harness/connectors.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { startSshd } from '../../../harness/sshd.ts';
import { contextOf } from '../contract.ts';

describe('key pairs made for a connector', () => {
  it('can all be read: none of 2,000 is one of those that the library gets wrong', () => {
    const lines = Array.from({ length: 2000 }, () => publicKeyOf(newPrivateKey()));
    expect(new Set(lines).size).to.equal(lines.length);
    for (const line of lines) expect(line).to.match(/^ssh-ed25519 [A-Za-z0-9+/=]{68} cqa$/);
  });

  it('are made when it is saved, stay the same, show their public half alone, and sign in by it', async () => {
    const services = await testServices();
    const sshd = await startSshd();
    try {
      const { id: accountId } = await testAccount(services);
      const input = {
        ...{ name: 'calls', direction: 'import', type: 'sftp' },
        config: sftpConfig(sshd, { credential: { type: 'ssh_key' } }),
      };
      const shown = async (more: object = {}) => {
        await saveConnector(services, accountId, { ...input, config: { ...input.config, ...more } }, { by: 'test' });
        return await findConnector(services, accountId, 'calls');
      };
      const first = await shown();
      const publicKey = first.public_side.public_key ?? '';
      expect(publicKey).to.match(/^ssh-ed25519 \S+ cqa$/);
      expect(JSON.stringify(first)).not.to.contain('PRIVATE KEY');
      expect((await shown({ stable_seconds: 5 })).public_side.public_key).to.equal(publicKey);
      sshd.authorize(publicKey);
      const { config } = await loadConnector(services.database, services.keyring, accountId, first.id);
      expect(await lastStep(config as SftpConfig)).to.include({ name: 'list', ok: true });
    } finally {
      await sshd.stop();
      await services.close();
    }
  });
});

async function lastStep(config: SftpConfig): Promise<CheckStep | undefined> {
  let last: CheckStep | undefined;
  for await (const step of checkSftp(config, 'import', contextOf())) last = step;
  return last;
}
