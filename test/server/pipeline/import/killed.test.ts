import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import type { ConnectorType, SourceItem } from '../../../../server/connectors/connector.ts';
import { runImport } from '../../../../server/pipeline/import/import.ts';
import type { ImportOutcome } from '../../../../server/pipeline/run.ts';
import type { Services } from '../../../../server/services.ts';
import { WorkAborted } from '../../../../server/worker/abort.ts';
import { settingsOf, testServices } from '../../../harness/services.ts';
import { zipOf } from '../../../harness/zip.ts';
import type { ChildInput } from './child.ts';
import { folderSource } from './folder-source.ts';
import { type ImportKit, importKit, rowsOf } from './import-kit.ts';
import { claimRun, startExecution } from './import-run.ts';

const program = fileURLToPath(new URL('./child.js', import.meta.url));

/** Good, bad and repeated rows, so that every count has to be right. */
function mixedRows(): string {
  const lines = rowsOf(60_000).split('\n').slice(0, -1);
  for (let index = 100; index < lines.length; index += 1000) {
    lines[index] = 'broken,row';
    lines[index + 1] = lines[index - 50] ?? '';
    lines[index + 2] = `${(lines[index - 51] ?? '').split(',')[0]},CHAT,changed,x`;
  }
  return `${lines.join('\n')}\n`;
}

/** The same in two files of one archive, each with its header. */
function mixedArchive(): Buffer {
  const [header = '', ...lines] = mixedRows().split('\n').slice(0, -1);
  const part = (from: number, to?: number) => [header, ...lines.slice(from, to), ''].join('\n');
  return zipOf([
    { name: '1.csv', content: part(0, 30_000) },
    { name: '2.csv', content: part(30_000) },
  ]);
}

describe('an import whose process is lost', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  function child(kit: ImportKit, executionId: Buffer, shell = 'exec "$@"'): ChildProcessWithoutNullStreams {
    const { config, ...settings } = settingsOf(services);
    const { accountId, directory, connector } = kit;
    const input: ChildInput = {
      settings: { ...settings, config: { ...config, logLevel: 'debug' } },
      accountId,
      connectorId: connector.id,
      directory,
      executionId: executionId.toString('hex'),
    };
    return spawn('bash', ['-c', shell, 'child', process.execPath, program, JSON.stringify(input)]);
  }

  /** Ends the process without a warning once it has said so often that rows are stored. */
  async function killAfter(running: ChildProcessWithoutNullStreams, chunks: number): Promise<void> {
    const gone = new Promise((resolve) => running.once('close', resolve));
    let stored = 0;
    for await (const line of createInterface(running.stderr)) {
      if (line.includes('rows stored') && ++stored === chunks) running.kill('SIGKILL');
    }
    await gone;
    expect(running.signalCode).to.equal('SIGKILL');
  }

  async function contentOf(kit: ImportKit): Promise<unknown[]> {
    const rows = await kit.interactions();
    return rows.map((row) => [
      row.external_id.toString(),
      row.metadata,
      row.transcript_text,
      row.source_line,
      row.status,
    ]);
  }

  async function progressOf(executionId: Buffer): Promise<RowDataPacket | undefined> {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      'SELECT rows_listed AS listed, rows_imported AS imported, rows_updated AS updated, rows_duplicate AS duplicate, rows_rejected AS rejected FROM execution WHERE id = ?',
      [executionId],
    );
    return rows[0];
  }

  const kinds: [string, () => string | Buffer, number[]][] = [
    ['a file', mixedRows, [2, 3]],
    ['an archive', mixedArchive, [8]],
  ];
  for (const [what, content, kills] of kinds)
    it(`of ${what} ends, when it is run again, exactly as one that was never disturbed`, async () => {
      const calm = await importKit(services);
      calm.put('a.csv', content());
      calm.put('b.csv', rowsOf(100));
      const expected = await calm.run();
      const kit = await importKit(services);
      kit.put('a.csv', content());
      kit.put('b.csv', rowsOf(100));
      const executionId = await startExecution(services, kit.accountId);
      for (const chunks of kills) await killAfter(child(kit, executionId), chunks);
      const outcome = await runImport(await claimRun(services, kit.connector, executionId));
      expect(outcome.counts).to.deep.equal(expected.counts);
      expect(outcome.items).to.deep.equal({ listed: 2, done: 2, unchanged: 0, waiting: 0, failed: 0 });
      expect(await contentOf(kit)).to.deep.equal(await contentOf(calm));
      expect(await kit.rejected(executionId)).to.have.length((await calm.rejected(expected.executionId)).length);
      expect({ ...(await progressOf(executionId)) }).to.deep.equal(outcome.counts);
      expect(readdirSync(join(services.config.dataDir, 'scratch'))).to.deep.equal([]);
    });

  /** What the failed items say first, in order of key; numbers aside, for they depend on when it was killed. */
  async function failuresOf(executionId: Buffer): Promise<string[]> {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      "SELECT error FROM source_item WHERE execution_id = ? AND state = 'failed' ORDER BY item_key",
      [executionId],
    );
    return rows.map(({ error }) =>
      JSON.parse(error)
        .message.replace(/[\d,]+(?= of its rows)/, 'N')
        .replace(/(?<=read\.|stored\.) .*/, ''),
    );
  }

  const sinceThen: [string, (kit: ImportKit) => void, number][] = [
    ['removed', ({ directory }) => rmSync(join(directory, 'a.csv')), 0],
    ['replaced', ({ put }) => put('a.csv', rowsOf(50)), 1],
  ];
  for (const [what, change, others] of sinceThen)
    it(`tells of a file that was ${what} meanwhile, and reads the others`, async () => {
      const kit = await importKit(services);
      kit.put('a.csv', mixedRows());
      kit.put('b.csv', rowsOf(100));
      kit.put('c.csv', rowsOf(100));
      const executionId = await startExecution(services, kit.accountId);
      await killAfter(child(kit, executionId), 2);
      change(kit);
      rmSync(join(kit.directory, 'c.csv'));
      const { status, items, error } = await runImport(await claimRun(services, kit.connector, executionId));
      expect(items).to.deep.equal({ listed: 3 + others, done: 1 + others, unchanged: 0, waiting: 0, failed: 2 });
      expect([status, error?.code]).to.deep.equal(['partial_success', 'item_changed']);
      expect(error?.message).to.match(/^2 items could not be read/);
      expect(await failuresOf(executionId)).to.deep.equal([
        'a.csv: It was removed or replaced while it was read; N of its rows are stored.',
        'c.csv: It was removed or replaced before it was read.',
      ]);
      const again = await claimRun(services, kit.connector, executionId);
      expect((await runImport(again)).items).to.deep.equal(items);
    });

  it('reads a slice of time again that is offered under another version now', async () => {
    const kit = await importKit(services);
    let listings = 0;
    const source = async () => ({
      async *list(): AsyncGenerator<SourceItem> {
        yield { key: '2026-11-01', version: `open-${++listings}`, size: undefined, readiness: 'ready' };
      },
      async *read() {
        yield Buffer.from(rowsOf(10));
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
    const connector = { ...kit.connector, type: { ...folderSource, source } as unknown as ConnectorType };
    const executionId = await startExecution(services, kit.accountId);
    const killed = await claimRun(services, connector, executionId);
    killed.step = (name) => (name === 'store' ? Promise.reject(new WorkAborted('lease_lost')) : Promise.resolve());
    await runImport(killed).catch(() => undefined);
    const { status, items, counts } = await runImport(await claimRun(services, connector, executionId));
    expect([status, items.failed, items.done]).to.deep.equal(['success', 0, 2]);
    expect(counts).to.deep.include({ listed: 20, imported: 10, duplicate: 10 });
  });

  it('says storage_full at the item where there is no room for its copy, and leaves nothing behind', async () => {
    const kit = await importKit(services);
    kit.put('large.csv', rowsOf(20_000));
    kit.put('small.csv', rowsOf(10));
    const executionId = await startExecution(services, kit.accountId);
    const running = child(kit, executionId, 'ulimit -f 64; exec "$@"');
    const [output] = await Promise.all([text(running.stdout), text(running.stderr)]);
    const { status, error, items, counts } = JSON.parse(output) as ImportOutcome;
    expect([status, error?.code]).to.deep.equal(['partial_success', 'storage_full']);
    expect(error?.message).to.match(/^large\.csv: There is no room/);
    expect(items).to.deep.include({ done: 1, failed: 1 });
    expect(counts.imported).to.equal(10);
    expect(readdirSync(join(services.config.dataDir, 'scratch'))).to.deep.equal([]);
  });
});
