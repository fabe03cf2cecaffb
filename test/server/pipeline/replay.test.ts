import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { selectRejectedPage } from '../../../db/queries/rejected-rows-page.ts';
import { replayMendedFile } from '../../../server/pipeline/mended-file.ts';
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
      found: 2,
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

  it('are read by the character that separates their own file’s columns', async () => {
    const text = 'x, y, z';
    const semicolons = await importing('a.csv', `${header.replaceAll(',', ';')}\nA;;${text};y\n`);
    const id = semicolons.rows[0]?.id as number;
    const { results } = await replay({ rejectedRowId: id, raw: 'A,CHAT;x,y,z' });
    expect(results[0]?.reason).to.match(/2 columns, the header has 4/);
    expect(await replay({ rejectedRowId: id, raw: 'A;CHAT;a,b,c,d;y' })).to.include({ imported: 1 });
    const tabs = 'external_interaction_id\tchannel_type\ttranscript_text\n\tCHAT\tx, y, z\n';
    const zipped = await importing('b.zip', zipOf([{ name: '1.csv', content: tabs }]));
    const raw = `B\tCHAT\t${text}`;
    const member = zipped.rows.find(({ file_name }) => file_name === 'b.zip/1.csv');
    expect(await replay({ rejectedRowId: member?.id, raw })).to.include({ imported: 1 });
    const stored = await kit.interactions();
    expect(stored.map((row) => row.transcript_text)).to.deep.equal(['a,b,c,d', text]);
  });

  it('that are kept cut off are not stored by a mended beginning, and keep why they were rejected', async () => {
    const rest = `${Array.from({ length: 1000 }, (_, index) => `word${index}`).join(' ')},y`;
    const { rows } = await importing('a.csv', `${header}\nA,,${rest}\nB,CHAT,${rest},z\nC,,x,y\n`);
    const [a, b, c] = rows;
    expect(rows.map(({ is_cut }) => is_cut)).to.deep.equal([1, 1, 0]);
    const kept: string = a?.raw;
    const beginning = kept.replace('A,,', 'A,CHAT,');
    const shorter = kept.replace('A,,word0 ', 'A,CHAT,');
    for (const raw of [undefined, kept, shorter, beginning, `${beginning}"\n`]) {
      const { results } = await replay({ rejectedRowId: a?.id, raw }, { rejectedRowId: b?.id });
      for (const { reason } of results) expect(reason).to.match(/^Only the first 4 KB .*Put the whole row here/);
    }
    const csv = `rejected_row_id,raw\n${a?.id},"${beginning}"\n`;
    expect(await replayMendedFile(services, kit.accountId, csv, 'ann')).to.include({ imported: 0, rejected: 1 });
    expect(await rowOf(a?.id)).to.include({ state: 'open', code: a?.code, reason: a?.reason });
    expect(await rowOf(b?.id)).to.include({ state: 'open', code: 'wrong_column_count', reason: b?.reason });
    expect(await kit.interactions()).to.have.length(0);
    const whole = [
      { rejectedRowId: a?.id, raw: `A,CHAT,${rest}` },
      { rejectedRowId: b?.id, raw: `B,CHAT,${rest}` },
      { rejectedRowId: c?.id, raw: 'C,CHAT,x,y' },
    ];
    expect(await replay(...whole)).to.include({ imported: 3 });
    const texts = (await kit.interactions()).map((row) => row.transcript_text);
    expect(texts).to.deep.equal([rest.slice(0, -2), rest.slice(0, -2), 'x']);
  });

  it('are told as cut off where they are listed, one that just fits is not', async () => {
    const row = (length: number) => `,CHAT,${'x'.repeat(length - 9)},y\n`;
    const wrong = (length: number) => `A,${'x'.repeat(length - 3)}\n`;
    await importing('a.csv', `${header}\n${row(4096)}${row(4097)}${wrong(4096)}${wrong(4097)}`);
    const page = await selectRejectedPage(
      services.database.pool,
      kit.accountId,
      { state: 'open' },
      { after: undefined, limit: 9 },
    );
    const cut = page.sort((one, other) => one.line - other.line).map(({ is_cut }) => is_cut);
    expect(cut).to.deep.equal([false, true, false, true]);
  });

  it('that several people mend at once are stored once', async () => {
    const { rows } = await importing('a.csv', `${header}\n,CHAT,x,y\n,CHAT,x,z\n`);
    const [one, two] = rows.map(({ id }) => id as number);
    const people = ['A', 'B', 'C', 'D'];
    const mended = (person: string) => [
      { rejectedRowId: one ?? 0, raw: `${person}1,CHAT,x,y` },
      { rejectedRowId: two ?? 0, raw: `${person}2,CHAT,x,y` },
    ];
    const all = await Promise.all(people.map((person) => replay(...mended(person))));
    expect(await kit.interactions()).to.have.length(2);
    expect(all.reduce((sum, { imported }) => sum + imported, 0)).to.equal(2);
    const others = all.flatMap(({ results }) => results.filter(({ outcome }) => outcome !== 'imported'));
    expect(others).to.have.length(6);
    for (const { outcome, reason } of others)
      expect({ outcome, reason }).to.deep.equal({ outcome: 'duplicate', reason: 'It was replayed before.' });
  });

  it('are not stored after somebody else stored them while this replay began again', async () => {
    const { rows } = await importing('a.csv', `${header}\nA,CHAT,x,y\n,CHAT,x,y\n,CHAT,x,z\n`);
    const [one, two] = rows.map(({ id }) => id as number);
    // A is there already, so each attempt's first insert fails and the transaction is rolled back, with its locks.
    const mended = (person: string) => [
      { rejectedRowId: one ?? 0, raw: `A,CHAT,${person},y` },
      { rejectedRowId: two ?? 0, raw: `${person},CHAT,x,y` },
    ];
    const all = await Promise.all(['P', 'Q', 'R'].map((person) => replay(...mended(person))));
    expect(await kit.interactions()).to.have.length(2);
    expect(all.reduce((sum, { imported }) => sum + imported, 0)).to.equal(1);
    expect(all.reduce((sum, { updated }) => sum + updated, 0)).to.equal(1);
  });

  it('are refused where one is named twice, and nothing is stored', async () => {
    const { rows } = await importing('a.csv', `${header}\nA,,x,y\n`);
    const id = rows[0]?.id as number;
    const twice = [1, 2].map((text) => ({ rejectedRowId: id, raw: `A,CHAT,${text},y` }));
    const refusal = await replay(...twice).catch((error: unknown) => error);
    expect(refusal).to.have.property('code', 'invalid');
    const csv = `rejected_row_id,raw\n${id},"A,CHAT,1,y"\n${id},"A,CHAT,2,y"\n`;
    const ofFile = await replayMendedFile(services, kit.accountId, csv, 'ann').catch((error: unknown) => error);
    expect(ofFile).to.have.property('code', 'invalid');
    expect(await kit.interactions()).to.have.length(0);
  });

  it('are those of the account alone, and need their connector', async () => {
    const { rows } = await importing('a.csv', `${header}\nA,,x,y\n`);
    const row = { rejectedRowId: rows[0]?.id as number, raw: 'A,CHAT,x,y' };
    expect(await replayRows(services, kit.accountId + 1, [row], 'x')).to.include({ found: 0, rejected: 1 });
    await services.database.pool.query('UPDATE connector SET deleted_at = NOW() WHERE id = ?', [connectorId]);
    const { results } = await replay(row);
    expect(results[0]?.reason).to.match(/connector.*deleted/);
    expect(await rowOf(row.rejectedRowId)).to.include({ state: 'open' });
  });
});
