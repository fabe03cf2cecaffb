import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cqa, cqaAfterKill } from '../../../harness/cqa.ts';
import { eventually } from '../../../harness/eventually.ts';
import { scratchFolder } from '../../../harness/folders.ts';
import { type Product, startProduct } from '../../../harness/product.ts';
import { type SlowLine, startSlowLine } from '../../../harness/slow-line.ts';
import { type Sshd, startSshd } from '../../../harness/sshd.ts';

/** A report that is nothing but headings, and large all the same. */
const columns = Array.from({ length: 500 }, (_, index) => ({
  column: 'external_interaction_id',
  header: `${index} ${'x'.repeat(190)}`,
}));
const lineBytesPerSecond = 20_000;

describe('a program that is killed while it delivers a file by SFTP', () => {
  let sshd: Sshd;
  let line: SlowLine;
  let product: Product;
  before(async () => {
    sshd = await startSshd();
    line = await startSlowLine(sshd);
  });
  after(async () => {
    await product?.stop();
    await line.close();
    await sshd.stop();
  });

  const dataDir = scratchFolder('product');
  const start = () => startProduct({ dataDir, environment: { CQA_LEASE_SECONDS: '2' } });
  const call = <T>(...words: string[]) => cqa<T>(product.environment, ...words);
  const delivered = () => readdirSync(sshd.directory);

  function configuration(): string {
    const credential = { type: 'ssh_key', private_key: sshd.privateKey };
    const { host, username, directory, hostKeyFingerprint: host_key } = sshd;
    return JSON.stringify({
      connectors: [
        {
          ...{ name: 'folder', direction: 'export', type: 'sftp' },
          config: { host, port: line.port, username, directory, host_key, credential },
        },
      ],
      jobs: [
        {
          ...{ name: 'headings', type: 'data_export', connectors: ['folder'] },
          ...{ schedule: { frequency: 'monthly', day: 'last' }, report: { columns } },
        },
      ],
    });
  }

  it('puts it there once and whole when it is there again, and leaves nothing else', async () => {
    product = await start();
    const words = ['--name', 'Killed', '--admin-email', 'admin@killed.example', '--admin-password', 'long enough!'];
    const { account_id: account } = await call<{ account_id: string }>('account', 'create', ...words);
    const file = join(scratchFolder('yaml'), 'line.yaml');
    writeFileSync(file, configuration());
    await call('apply', '--account', account, '-f', file);
    line.setPace(lineBytesPerSecond);
    const run = await call<{ execution_id: string }>('job', 'run', '--account', account, '--name', 'headings');
    await eventually('the delivery', () => delivered().some((name) => name.endsWith('.part')));
    await product.kill();
    expect(delivered().filter((name) => !name.endsWith('.part'))).to.deep.equal([]);

    line.setPace(Number.POSITIVE_INFINITY);
    product = await start();
    await eventually('the end', async () => {
      const words = ['execution', 'show', '--account', account, '--id', run.execution_id];
      const shown = await cqaAfterKill<{ status: string }>(product.environment, ...words);
      return shown?.status === 'success';
    });
    const [name = '', ...others] = delivered();
    expect(others).to.deep.equal([]);
    expect(name).to.match(/^headings-[\da-f-]+\.csv$/);
    const heading = columns.map(({ header }) => header).join(',');
    expect(readFileSync(join(sshd.directory, name), 'utf8')).to.equal(`${heading}\r\n`);
  });
});
