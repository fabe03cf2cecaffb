import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkSftp } from '../../../../server/connectors/sftp/check.ts';
import { type SftpConfig, sftpConfigSchema } from '../../../../server/connectors/sftp/config.ts';
import { openSource } from '../../../../server/connectors/sftp/source.ts';
import type { CheckStep } from '../../../../shared/connector.ts';
import { sftpConfig } from '../../../harness/connectors.ts';
import { type Sshd, startSshd } from '../../../harness/sshd.ts';
import { contextOf, rejects } from '../contract.ts';
import { collect, itemOf, readAll } from '../contract-kit.ts';

describe('an SFTP folder', () => {
  let sshd: Sshd;
  before(async () => {
    sshd = await startSshd();
  });
  after(() => sshd.stop());

  const folder = (name: string, more: object = {}): { path: (file: string) => string; config: SftpConfig } => {
    sshd.makeFolder(name);
    const directory = join(sshd.directory, name);
    return {
      path: (file) => join(directory, file),
      config: sftpConfigSchema.parse(sftpConfig(sshd, { directory, stable_seconds: 0, ...more })),
    };
  };
  const lastStep = async (config: SftpConfig): Promise<CheckStep | undefined> => {
    let last: CheckStep | undefined;
    for await (const step of checkSftp(config, 'import', contextOf())) last = step;
    return last;
  };

  it('offers what links lead to, as it is; neither folders nor pipes', async () => {
    const { path, config } = folder('links');
    writeFileSync(path('real.csv'), 'a\n1\n');
    symlinkSync('real.csv', path('link.csv'));
    symlinkSync('.', path('folder.csv'));
    symlinkSync('nowhere', path('broken.csv'));
    execFileSync('mkfifo', [path('pipe.csv')]);
    sshd.makeFolder('links/real-folder.csv');
    await using source = await openSource(config, contextOf());
    const items = new Map((await collect(source)).map((item) => [item.key, item]));
    expect([...items.keys()].sort()).to.deep.equal(['broken.csv', 'link.csv', 'real.csv']);
    expect(items.get('link.csv')?.version).to.equal(items.get('real.csv')?.version);
    await rejects(readAll(source, await itemOf(source, 'broken.csv')), 'path_missing');
  });

  it('shows names that are not UTF-8 as waiting, each by itself, and offers none of them', async () => {
    const { path, config } = folder('names');
    for (const byte of [0xe4, 0xe9])
      writeFileSync(Buffer.concat([Buffer.from(path('caf')), Buffer.from([byte]), Buffer.from('.csv')]), '');
    writeFileSync(path('café.csv'), '');
    await using source = await openSource(config, contextOf());
    const items = (await collect(source)).map(({ key, readiness }) => [key, readiness]);
    const readiness = { waiting: 'its name is not UTF-8; rename it on the server' };
    expect(items.sort()).to.deep.equal([
      ['café.csv', 'ready'],
      ['caf\ufffd.csv#1', readiness],
      ['caf\ufffd.csv#2', readiness],
    ]);
  });

  it('with several thousand files is listed whole, each once', async () => {
    const { path, config } = folder('thousands');
    const names = Array.from({ length: 3000 }, (_, i) => `calls ${i} ü.csv`).sort();
    for (const name of names) writeFileSync(path(name), '');
    await using source = await openSource(config, contextOf());
    expect((await collect(source)).map(({ key }) => key).sort()).to.deep.equal(names);
  });

  it('can be left in the middle of a listing, and listed again', async () => {
    const { config } = folder('thousands');
    await using source = await openSource(config, contextOf());
    for (let i = 0; i < 30; i++) for await (const { key } of source.list()) if (key !== '') break;
    expect(await collect(source)).to.have.length(3000);
  });

  it('tells in a check what is ready and what is not complete', async () => {
    const { path, config } = folder('check', { done_marker: '.ok' });
    for (const name of ['a.csv', 'a.csv.ok', 'b.csv', 'c.csv.part']) writeFileSync(path(name), '');
    const step = await lastStep(config);
    expect(step?.message).to.contain('1 file to import: a.csv; 2 not complete yet.');
    expect(step?.details).to.deep.equal({ files: ['a.csv'], file_count: 1 });
  });

  it('that may only be read fails a check for move and delete, and says which right is missing', async function () {
    if (sshd.password === undefined) {
      console.log('      not tried: not root, so there is no login with fewer rights');
      this.skip();
    }
    for (const after_success of ['move', 'delete']) {
      const { path, config } = folder('read-only', { after_success });
      chmodSync(path('.'), 0o555);
      const step = await lastStep(config);
      expect(step).to.include({ name: 'write', ok: false });
      expect(step?.details).to.include({ code: 'permission_denied', field: 'after_success' });
      expect(step?.message).to.contain(`not ${after_success === 'move' ? 'moved' : 'deleted'} afterwards`);
    }
  });
});
