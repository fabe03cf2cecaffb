import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { type ReplayRow, replayRows } from '../../../server/pipeline/replay.ts';
import type { Services } from '../../../server/services.ts';
import { addConnector } from '../../harness/connectors.ts';
import { testServices } from '../../harness/services.ts';
import { zipOf } from '../../harness/zip.ts';
import { type ImportKit, importKit, runOnce } from './import/import-kit.ts';
import { loadedFolder } from './import/import-run.ts';

const header = 'external_interaction_id,channel_type,transcript_text,agent';

describe('rejected rows that are read again', () => {
  let services: Services;
  let kit: ImportKit;
  let connectorId: number;
  before(async () => {
    services = await testServices();
  });
  beforeEach(async () => {
    kit = await importKit(services);
  });
  after(() => services.close());

  async function select(sql: string, ...values: unknown[]): Promise<RowDataPacket[]> {
    return (await services.database.pool.query<RowDataPacket[]>(sql, values))[0];
  }

  /** Imports from the folder as a connector that is stored would, and gives what was rejected. */
  async function importing(name: string, content: string | Buffer, more: Record<string, unknown> = {}) {
    const credential = { type: 'password', password: 'x' };
    const config = { host: 'sftp.example', username: 'u', credential, directory: '/in', ...more };
    connectorId = await addConnector(services, kit.accountId, { type: 'sftp', config });
    kit.put(name, content);
    const connector = loadedFolder(connectorId, kit.accountId, { directory: kit.directory, ...more });
    const { executionId, counts } = await runOnce(services, connector);
    return { rows: await kit.rejected(executionId), counts, executionId };
  }

  const replay = (...rows: ReplayRow[]) => replayRows(services, kit.accountId, rows, 'ann@example.test');
  const rowOf = async (id: number) => (await select('SELECT * FROM rejected_row WHERE id = ?', id))[0];

  it('are imported when they were mended; replayed twice, nothing is doubled', async () => {
    const { rows, executionId } = await importing('a.csv', `${header}\nA,CHAT,x,Ann\nB,,x,"Bob, Eve"\nC,CHAT\n`);
    const [b, c] = rows.map(({ id }) => id as number);
    const mended = [
      { rejectedRowId: c ?? 0, raw: 'C,CHAT,hello,Cid\n' },
      { rejectedRowId: b ?? 0, raw: 'B,CHAT,x,"Bob, Eve"' },
    ];
    expect(await replay(...mended)).to.deep.equal({
      ...{ imported: 2, updated: 0, duplicate: 0, rejected: 0 },
      results: [
        { id: c, outcome: 'imported' },
        { id: b, outcome: 'imported' },
      ],
    });
    const stored = await kit.interactions();
    expect(stored.map((row) => [row.external_id.toString(), row.source_line, row.connector_id])).to.deep.equal([
      ['A', 2, connectorId],
      ['B', 3, connectorId],
      ['C', 4, connectorId],
    ]);
    expect(JSON.parse(stored[1]?.metadata)).to.deep.equal({ agent: 'Bob, Eve' });
    expect(await rowOf(b ?? 0)).to.include({ state: 'replayed', replayed_by: 'ann@example.test', raw: rows[0]?.raw });
    const again = await replay(...mended);
    expect(again).to.include({ imported: 0, duplicate: 2, rejected: 0 });
    expect(await kit.interactions()).to.have.length(3);
    const [counts] = await select('SELECT rejected, imported FROM source_item WHERE execution_id = ?', executionId);
    expect(counts, 'what the execution counted').to.include({ rejected: 2, imported: 1 });
  });

  it('update and repeat what is there, by the connector’s rule', async () => {
    const { rows } = await importing('a.csv', `${header}\nA,CHAT,x,Ann\nA,,x,Bob\nA,,x,Ann\nA,,x,Eve\n`);
    const ids = rows.map(({ id }) => id as number);
    const agents = ['Bob', 'Bob', 'Eve'];
    const { results } = await replay(...ids.map((id, i) => ({ rejectedRowId: id, raw: `A,CHAT,x,${agents[i]}` })));
    expect(results.map(({ outcome }) => outcome)).to.deep.equal(['updated', 'duplicate', 'updated']);
    expect(JSON.parse((await kit.interactions())[0]?.metadata)).to.deep.equal({ agent: 'Eve' });
  });

  it('that are still bad stay open with the new reason, and as they came', async () => {
    const { rows } = await importing('a.csv', `${header}\nA,,x,Ann\nB,CHAT\n`);
    const [a, b] = rows.map(({ id }) => id as number);
    const { rejected, results } = await replay(
      { rejectedRowId: a ?? 0, raw: 'A,CHAT,,Ann' },
      { rejectedRowId: b ?? 0 },
      { rejectedRowId: 4_000_000_000 },
    );
    expect(rejected).to.equal(3);
    expect(results.map(({ reason }) => reason)).to.have.length(3);
    expect(results[1]?.reason).to.match(/2 columns, the header has 4/);
    expect(results[2]?.reason).to.match(/no rejected row 4000000000/);
    expect(await rowOf(a ?? 0)).to.include({ state: 'open', code: 'no_content', column_name: null, raw: 'A,,x,Ann\n' });
    expect(await kit.interactions()).to.have.length(0);
  });

  it('are read by the mapping of today, without being mended', async () => {
    const { rows } = await importing(
      'a.csv',
      'external_interaction_id;channel_type;transcript_text;text\nA;CHAT;;"hi;there"\n',
    );
    const id = rows[0]?.id as number;
    expect((await replay({ rejectedRowId: id })).rejected).to.equal(1);
    await services.database.pool.query(
      "UPDATE connector SET config = JSON_SET(config, '$.column_mapping', JSON_OBJECT('transcript_text', 'other', 'text', 'transcript_text')) WHERE id = ?",
      [connectorId],
    );
    expect((await replay({ rejectedRowId: id })).imported).to.equal(1);
    expect((await kit.interactions())[0]?.transcript_text).to.equal('hi;there');
  });

  it('of NDJSON are lines, of an archive they have their own file’s headings', async () => {
    const lines = '{"external_interaction_id":"A","transcript_text":"x"}\n';
    const ndjson = await importing('a.jsonl', lines, { file_format: 'ndjson' });
    const mended = '{"external_interaction_id":"A","channel_type":"CHAT","transcript_text":"x","team":"t"}';
    expect(await replay({ rejectedRowId: ndjson.rows[0]?.id, raw: mended })).to.include({ imported: 1 });
    const archive = zipOf([
      { name: '1.csv', content: `${header}\nB,,x,y\n` },
      { name: '2.csv', content: 'channel_type,transcript_text,external_interaction_id\n,x,C\n' },
    ]);
    kit.put('a.jsonl', '');
    const zipped = await importing('a.zip', archive);
    const raws = ['B,CHAT,x,y', 'CHAT,x,C'];
    const { imported } = await replay(
      ...zipped.rows.map(({ file_name, id }) => ({
        rejectedRowId: id,
        raw: raws[file_name.includes('1.csv') ? 0 : 1],
      })),
    );
    expect(imported).to.equal(2);
    expect((await kit.interactions()).map((row) => row.external_id.toString())).to.deep.equal(['A', 'B', 'C']);
  });

  it('are not read from a beginning alone, nor as several rows', async () => {
    const { rows } = await importing('a.csv', `${header}\nA,,${'é'.repeat(3000)},y\nB,,x,y\n`);
    const [a, b] = rows.map(({ id }) => id as number);
    const { results } = await replay(
      { rejectedRowId: a ?? 0 },
      { rejectedRowId: b ?? 0, raw: 'B,CHAT,x,y\nC,CHAT,x,y\n' },
    );
    expect(results[0]?.reason).to.match(/first 4 KB/);
    expect(results[1]?.reason).to.match(/2 rows/);
    expect((await replay({ rejectedRowId: a ?? 0, raw: `A,CHAT,${'é'.repeat(3000)},y` })).imported).to.equal(1);
  });

  it('are those of the account alone, and need their connector', async () => {
    const { rows } = await importing('a.csv', `${header}\nA,,x,y\n`);
    const row = { rejectedRowId: rows[0]?.id as number, raw: 'A,CHAT,x,y' };
    const refusal = await replayRows(services, kit.accountId + 1, [row], 'x').catch((error: unknown) => error);
    expect(refusal).to.have.property('code', 'not_found');
    await services.database.pool.query('UPDATE connector SET deleted_at = NOW() WHERE id = ?', [connectorId]);
    const { results } = await replay(row);
    expect(results[0]?.reason).to.match(/connector.*deleted/);
    expect(await rowOf(row.rejectedRowId)).to.include({ state: 'open' });
  });
});
