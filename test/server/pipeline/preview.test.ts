import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { accountContext } from '../../../server/pipeline/connector-context.ts';
import { previewRows } from '../../../server/pipeline/preview.ts';
import type { Services } from '../../../server/services.ts';
import { testServices } from '../../harness/services.ts';
import { zipOf } from '../../harness/zip.ts';
import { type ImportKit, importKit, rowsOf } from './import/import-kit.ts';

describe('the preview of an import', () => {
  let services: Services;
  let kit: ImportKit;
  before(async () => {
    services = await testServices();
  });
  beforeEach(async () => {
    kit = await importKit(services);
  });
  after(() => services.close());

  function preview(more: Record<string, unknown> = {}) {
    const { accountId, connector, directory } = kit;
    const context = accountContext(services, { accountId, timezone: 'Asia/Kolkata' }, new AbortController().signal);
    return previewRows(connector.type, { directory, ...more }, context);
  }

  it('shows the first rows of the first item, what they become and what would be rejected; nothing is written', async () => {
    kit.put('b.csv', rowsOf(1));
    kit.put('c.csv.part', 'half');
    const rows = 'A,CHAT,hello,2026-11-03 09:15,7\nB,,hello,,\nC,CHAT\n';
    const headings = 'external_interaction_id,channel_type,transcript_text,interaction_start_time,Team';
    kit.put('a.csv', `${headings}\n${rows}`);
    const { rows: shown, ...others } = await preview();
    expect(others).to.deep.equal({
      item: { key: 'a.csv', size: headings.length + 1 + rows.length },
      waiting: [{ key: 'c.csv.part', reason: 'still being written' }],
      header: headings.split(','),
    });
    expect(shown[0]).to.deep.equal({
      line: 2,
      fields: ['A', 'CHAT', 'hello', '2026-11-03 09:15', '7'],
      interaction: {
        external_interaction_id: 'A',
        channel_type: 'CHAT',
        interaction_start_time: '2026-11-03T03:45:00.000Z',
        pii_redacted: false,
        transcript_text: 'hello',
        metadata: { team: '7' },
      },
    });
    expect(shown[1]?.problem).to.include({ code: 'missing_field', column: 'channel_type' });
    expect(shown[2]).to.have.nested.property('problem.code', 'wrong_column_count');
    for (const table of ['source_item', 'interaction', 'rejected_row', 'waiting_item']) {
      const sql = `SELECT COUNT(*) AS n FROM ${table} WHERE account_id = ?`;
      const [found] = await services.database.pool.query<RowDataPacket[]>(sql, [kit.accountId]);
      expect(found[0]?.n, table).to.equal(0);
    }
    expect(readdirSync(kit.directory)).to.have.length(3);
  });

  it('shows the rows also where no column is mapped yet, with what is missing', async () => {
    kit.put('a.csv', 'call;channel\n1;VOICE\n');
    const before = await preview();
    expect(before.header).to.deep.equal(['call', 'channel']);
    expect(before.rows[0]).to.deep.include({ fields: ['1', 'VOICE'] });
    expect(before.rows[0]?.problem).to.include({ code: 'missing_columns' });
    const after = await preview({ column_mapping: { call: 'external_interaction_id', channel: 'channel_type' } });
    expect(after.rows[0]?.problem).to.include({ code: 'no_content' });
  });

  it('reads the beginning alone, of plain, packed and NDJSON files alike', async () => {
    const text = rowsOf(50_000, () => 'é'.repeat(60));
    const lines = Array.from({ length: 20_000 }, (_, i) =>
      JSON.stringify({ external_interaction_id: `${i}`, channel_type: 'CHAT', transcript_text: 'é', extra: { a: 1 } }),
    );
    const cases: [string | Buffer, string, number][] = [
      [text, 'csv', 4],
      [gzipSync(text), 'csv', 4],
      [zipOf([{ name: 'x.csv', content: text }]), 'csv', 4],
      [lines.join('\n'), 'ndjson', 4],
    ];
    for (const [content, file_format, columns] of cases) {
      kit.put('a.dat', content);
      const { rows, header } = await preview({ file_format });
      expect(rows).to.have.length(10);
      expect(header).to.have.length(columns);
      expect(rows[9]?.fields).to.have.length(columns);
    }
  });

  it('shows the newest item that has rows where the first has none, of those three with the greatest keys', async () => {
    const empty = 'external_interaction_id,channel_type,transcript_text\n';
    for (const day of ['01', '02', '03', '04', '05', '06', '07']) kit.put(`${day}.csv`, empty);
    const shown = async () => (await preview()).item?.key;
    expect(await shown(), 'none has rows').to.equal('01.csv');
    kit.put('02.csv', `${empty}old,CHAT,hello\n`);
    expect(await shown(), 'not among those looked at').to.equal('01.csv');
    kit.put('05.csv', `${empty}middle,CHAT,hello\n`);
    expect(await shown()).to.equal('05.csv');
    kit.put('06.csv', `${empty}new,CHAT,hello\n`);
    kit.put('08.csv.part', `${empty}unfinished,CHAT,hello\n`);
    expect(await shown()).to.equal('06.csv');
    kit.put('01.csv', `${empty}first,CHAT,hello\n`);
    expect(await shown()).to.equal('01.csv');
  });

  it('shows days of a call API alike: empty files of lines are passed over', async () => {
    kit.put('2026-11-01', '');
    kit.put('2026-11-02', '{"external_interaction_id":"A","channel_type":"CHAT","transcript_text":"hello"}\n');
    kit.put('2026-11-03', '');
    const { item, rows } = await preview({ file_format: 'ndjson' });
    expect(item?.key).to.equal('2026-11-02');
    expect(rows).to.have.length(1);
  });

  it('says when there is nothing to read', async () => {
    expect(await preview()).to.deep.equal({ item: undefined, waiting: [], header: [], rows: [] });
  });
});
