import { once } from 'node:events';
import { chmodSync, cpSync, createWriteStream, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { ItemCounts, RowCounts } from '../../shared/execution.ts';
import { cqaProcess } from '../harness/cqa.ts';
import { scratchFolder } from '../harness/folders.ts';
import { type Product, packageRoot, startProduct } from '../harness/product.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';

interface Run {
  execution_id: string;
  status: string;
  items: ItemCounts;
  counts: RowCounts & { rows: number };
  note?: string;
  error?: { code: string; message: string };
}

/** The whole line through the product's outside: its own process, its own database, a real SFTP server, the CLI. */
describe('the line from a customer’s server to a delivered report', () => {
  let sftp: Sshd;
  let dataDir: string;
  let product: Product;
  let account: string;

  before(async () => {
    const directory = join(scratchFolder('customer'), 'home');
    chmodSync(dirname(directory), 0o711);
    for (const folder of ['calls', 'many', 'reports']) mkdirSync(join(directory, folder), { recursive: true });
    cpSync(join(packageRoot, 'test/samples'), join(directory, 'calls'), { recursive: true });
    await writeManyRows(join(directory, 'many', 'rows.csv'));
    sftp = await startSshd({ directory });
    dataDir = scratchFolder('product');
    product = await start();
    account = await setUp();
  });

  after(async () => {
    await product?.stop();
    await sftp?.stop();
  });

  const start = () => startProduct({ dataDir, environment: { CQA_LEASE_SECONDS: '6', ...variables() } });
  const call = <T>(...words: string[]) => cqaProcess<T>(product.environment, ...words, '--account', account);
  const run = (name: string) => call<Run>('job', 'run', '--name', name, '--wait');

  function variables(): NodeJS.ProcessEnv {
    const { host, port, username, password = '', directory } = sftp;
    return {
      SFTP_HOST: host,
      SFTP_PORT: String(port),
      SFTP_USER: username,
      SFTP_PASSWORD: password,
      SFTP_FOLDER: directory,
    };
  }

  async function setUp(): Promise<string> {
    const words = [
      'account',
      'create',
      '--name',
      'Line',
      '--admin-email',
      'a@line.example',
      '--admin-password',
      'long enough!',
    ];
    const { account_id } = await cqaProcess<{ account_id: string }>(product.environment, ...words);
    await cqaProcess(
      product.environment,
      'apply',
      '--account',
      account_id,
      '-f',
      join(packageRoot, 'test/e2e/line.yaml'),
    );
    return account_id;
  }

  it('imports, analyses and reports, each following the other without a hand', async () => {
    const imported = await run('calls');
    expect(imported, imported.error?.message).to.deep.include({ status: 'success', note: '3 rejected' });
    expect(imported.items).to.deep.equal({ listed: 1, done: 1, unchanged: 0, waiting: 0, failed: 0 });
    expect(imported.counts).to.deep.equal({ listed: 14, imported: 11, updated: 0, duplicate: 0, rejected: 3 });
    const analyses = await call<{ completed: number; queued: number }>('analysis', 'wait', '--timeout', '600');
    expect(analyses).to.include({ completed: 9, queued: 0 });

    const exported = await run('report');
    expect(exported, exported.error?.message).to.deep.include({ status: 'success' });
    const [report = ''] = readdirSync(join(sftp.directory, 'reports'));
    const lines = readFileSync(join(sftp.directory, 'reports', report), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines[0]).to.equal('external_interaction_id,agent_name,final_score');
    expect(lines).to.have.length(10);
  });

  it('changes nothing when the same file is imported again, and says so', async () => {
    const again = await run('calls');
    expect(again).to.deep.include({ status: 'success', note: 'no_data' });
    expect(again.items).to.deep.equal({ listed: 1, done: 0, unchanged: 1, waiting: 0, failed: 0 });
    expect(again.counts).to.deep.equal({ listed: 0, imported: 0, updated: 0, duplicate: 0, rejected: 0 });
  });

  it('survives kill −9 in the middle of an import: the same end state, nothing twice', async () => {
    const { execution_id } = await call<Run>('job', 'run', '--name', 'many');
    await untilRows(execution_id, (imported) => imported > 0);
    await product.kill();
    product = await start();
    await untilEnded(execution_id);
    const ended = await call<Run>('execution', 'show', '--id', execution_id);
    expect(ended.status).to.equal('success');
    expect(ended.counts).to.deep.equal({ listed: rowCount, imported: rowCount, updated: 0, duplicate: 0, rejected: 0 });
  });

  async function untilRows(id: string, isEnough: (imported: number) => boolean): Promise<void> {
    for (;;) {
      const { counts, status } = await call<Run>('execution', 'show', '--id', id);
      if (isEnough(counts.imported)) return;
      expect(status).to.be.oneOf(['pending', 'processing']);
    }
  }

  async function untilEnded(id: string): Promise<void> {
    for (;;) {
      const { status } = await call<Run>('execution', 'show', '--id', id);
      if (!['pending', 'processing', 'delivering'].includes(status)) return;
    }
  }
});

const rowCount = 150_000;

async function writeManyRows(path: string): Promise<void> {
  const file = createWriteStream(path);
  file.write('external_interaction_id,channel_type,interaction_start_time,transcript_text,agent_name\n');
  for (let row = 0; row < rowCount; row++) {
    const line = `many-${row},CHAT,2026-11-01T10:00:00Z,"Agent: hello, this is number ${row}",Agent ${row % 50}\n`;
    if (!file.write(line)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}
