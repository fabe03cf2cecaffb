import { expect } from 'chai';
import iconv from 'iconv-lite';
import type { RowDataPacket } from 'mysql2/promise';
import { runImport } from '../../../../server/pipeline/import/import.ts';
import type { Services } from '../../../../server/services.ts';
import { testServices } from '../../../harness/services.ts';
import { importKit, rowsOf, runOnce } from './import-kit.ts';
import { claimRun, folderConnector, startExecution } from './import-run.ts';

const header = 'external_interaction_id,channel_type,transcript_text,agent_name';
const none = { listed: 0, imported: 0, updated: 0, duplicate: 0, rejected: 0 };

for (const way of ['LOAD DATA LOCAL where the server allows it', 'multi-row INSERT'] as const) {
  describe(`an import, by ${way}`, () => {
    let services: Services;
    before(async () => {
      services = await testServices();
      if (way === 'multi-row INSERT') services.database.canLoadLocal = false;
    });
    after(() => services.close());

    it('stores every field as the row has it, times in UTC, other columns as metadata', async () => {
      const kit = await importKit(services);
      const text = `Agent: "quoted", tab\t, back\\slash, 'single', \\N, nul \\0, 😀 हिन्दी\r\nCustomer: two`;
      kit.put(
        'a.csv',
        `Agent Name, External_Interaction_ID ,channel_type,source,language,interaction_start_time,duration_seconds,audio_format,callback_url,pii_redacted,transcript_text,empty\n` +
          `"O'Brien \\ ""x""",C-1,VOICE,pbx,en,2026-11-03T09:15:00.250,13,wav,https://x.example/?a=1,TRUE,"${text.replaceAll('"', '""')}",\n`,
      );
      const { status, counts } = await kit.run();
      expect({ status, counts }).to.deep.equal({ status: 'success', counts: { ...none, listed: 1, imported: 1 } });
      const [row] = await kit.interactions();
      expect(row).to.deep.include({
        channel_type: 'VOICE',
        source: 'pbx',
        language: 'en',
        duration_seconds: 13,
        audio_format: 'wav',
        callback_url: 'https://x.example/?a=1',
        pii_redacted: 1,
        transcript_text: text,
        audio_url: null,
        status: 2,
        unanalysed_reason: 0,
        source_line: 2,
      });
      expect(row?.external_id.toString()).to.equal('C-1');
      expect(row?.interaction_start_time.toISOString()).to.equal('2026-11-03T03:45:00.250Z');
      expect(row?.occurred_at.toISOString()).to.equal('2026-11-03T03:45:00.250Z');
      expect(JSON.parse(row?.metadata)).to.deep.equal({ 'agent name': `O'Brien \\ "x"` });
    });

    it('tells imported, duplicate and updated rows apart, in the file and against what is there', async () => {
      const kit = await importKit(services);
      kit.put('1.csv', `${header}\nA,CHAT,x,Ann\nB,CHAT,x,Ann\nA,CHAT,x,Ann\nB,CHAT,x,Bob\n`);
      expect((await kit.run()).counts).to.deep.equal({ ...none, listed: 4, imported: 2, updated: 1, duplicate: 1 });
      kit.put('2.csv', `${header}\nA,CHAT,x,Ann\nB,CHAT,x,Cid\nC,CHAT,x,Ann\nC,CHAT,x,Eve\n`);
      const second = await kit.run();
      expect(second.items).to.deep.equal({ listed: 2, done: 1, unchanged: 1, waiting: 0, failed: 0 });
      expect(second.counts).to.deep.equal({ ...none, listed: 4, imported: 1, updated: 2, duplicate: 1 });
      const agents = (await kit.interactions()).map((row) => JSON.parse(row.metadata).agent_name);
      expect(agents).to.deep.equal(['Ann', 'Cid', 'Eve']);
    });

    it('says of a file that has not changed that it is unchanged, and of its rows in another file that they are duplicates', async () => {
      const kit = await importKit(services);
      kit.put('a.csv', rowsOf(12_000));
      expect((await kit.run()).counts).to.deep.equal({ ...none, listed: 12_000, imported: 12_000 });
      const again = await kit.run();
      expect(again).to.deep.include({ status: 'success', note: 'no_data', counts: none });
      expect(again.items).to.deep.equal({ listed: 1, done: 0, unchanged: 1, waiting: 0, failed: 0 });
      kit.put('b.csv', rowsOf(12_001));
      expect((await kit.run()).counts).to.deep.equal({ ...none, listed: 12_001, imported: 1, duplicate: 12_000 });
    });

    it('does not take another order of columns, or spaces of the header, for a change', async () => {
      const kit = await importKit(services);
      kit.put('a.csv', 'external_interaction_id,channel_type,transcript_text,b,a\n1,CHAT,x,B,A\n');
      kit.put('b.csv', ' A ,transcript_text,channel_type,B,external_interaction_id\nA,x,CHAT,B,1\n');
      expect((await kit.run()).counts).to.deep.equal({ ...none, listed: 2, imported: 1, duplicate: 1 });
    });

    it('compares identifiers byte by byte', async () => {
      const kit = await importKit(services);
      kit.put(
        'a.csv',
        `${header}\n${['Call-A1', 'call-a1', 'call-a1 ', 'call-á1'].map((id) => `${id},CHAT,x,y\n`).join('')}`,
      );
      expect((await kit.run()).counts).to.deep.equal({ ...none, listed: 4, imported: 4 });
    });

    it('keeps what is there where on_existing is skip, and what another connector brought', async () => {
      const kit = await importKit(services, { on_existing: 'skip' });
      kit.put('1.csv', `${header}\nA,CHAT,x,Ann\n`);
      await kit.run();
      kit.put('2.csv', `${header}\nA,CHAT,x,Bob\n`);
      expect((await kit.run()).counts).to.deep.equal({ ...none, listed: 1, duplicate: 1 });
      const other = await folderConnector(services, kit.accountId, { directory: kit.directory });
      kit.put('3.csv', `${header}\nA,CHAT,x,Eve\n`);
      expect((await runOnce(services, other)).counts).to.deep.equal({ ...none, listed: 3, duplicate: 3 });
      expect(JSON.parse((await kit.interactions())[0]?.metadata)).to.deep.equal({ agent_name: 'Ann' });
    });

    it('makes work of recordings and of transcripts that a rule takes, and again only of another audio', async () => {
      const kit = await importKit(services);
      const { pool } = services.database;
      const body = { name: 'chats', filter_group: [[{ attribute: 'channel_type', operator: 'IS', value: 'CHAT' }]] };
      await pool.query(
        'INSERT INTO assignment_rule (account_id, uid, name, body) VALUES (?, UNHEX(REPEAT("ab", 16)), ?, ?)',
        [
          kit.accountId,
          'chats',
          JSON.stringify({ ...body, assign_quality_profiles: ['P'], sampling_percentage: 100, is_enabled: true }),
        ],
      );
      const csv = (audio: string, agent: string) =>
        `external_interaction_id,channel_type,audio_url,transcript_text,agent\nA,VOICE,${audio},,${agent}\nB,CHAT,,hello,x\nC,SMS,,hello,x\n`;
      const work = async () => {
        const [rows] = await pool.query<RowDataPacket[]>(
          `SELECT w.kind, i.external_id, i.status, i.unanalysed_reason,
             (SELECT GROUP_CONCAT(reference ORDER BY position) FROM recording r WHERE r.interaction_id = i.id) AS audio
           FROM interaction i LEFT JOIN work w ON w.subject = i.id WHERE i.account_id = ? ORDER BY i.external_id`,
          [kit.accountId],
        );
        return rows.map((row) => [row.external_id.toString(), row.kind, row.status, row.unanalysed_reason, row.audio]);
      };
      kit.put('1.csv', csv('a.wav; b.wav', 'x'));
      await kit.run();
      const expected = [
        ['A', 'record', 0, null, 'a.wav,b.wav'],
        ['B', 'analyse', 0, null, null],
        ['C', null, 2, 1, null],
      ];
      expect(await work()).to.deep.equal(expected);
      await pool.query("DELETE FROM work WHERE account_id = ? AND kind <> 'execute'", [kit.accountId]);
      kit.put('2.csv', csv('a.wav; b.wav', 'y'));
      expect((await kit.run()).counts).to.deep.include({ updated: 1, duplicate: 2 });
      expect((await work()).map(([, kind]) => kind)).to.deep.equal([null, null, null]);
      kit.put('3.csv', csv('c.wav', 'y'));
      expect((await kit.run()).counts).to.deep.include({ updated: 1, duplicate: 2 });
      expect((await work())[0]).to.deep.equal(['A', 'record', 0, null, 'c.wav']);
    });

    it('makes work of a transcript that is named, without its text, and again only where another one is named', async () => {
      const kit = await importKit(services);
      const { pool } = services.database;
      const csv = (audio: string, url: string, agent: string) =>
        `external_interaction_id,channel_type,audio_url,transcript_url,transcript_text,agent\nA,VOICE,${audio},${url},not taken,${agent}\n`;
      const row = async () => {
        const [rows] = await pool.query<RowDataPacket[]>(
          `SELECT w.kind, i.status, i.transcript_url AS url, i.transcript_text AS text, i.transcript_failure AS failure,
             i.metadata, (SELECT GROUP_CONCAT(reference, ' ', state) FROM recording r WHERE r.interaction_id = i.id) AS audio
           FROM interaction i LEFT JOIN work w ON w.subject = i.id WHERE i.account_id = ?`,
          [kit.accountId],
        );
        return rows[0];
      };
      const fetch = async (failure: string | null) => {
        await pool.query("DELETE FROM work WHERE account_id = ? AND kind <> 'execute'", [kit.accountId]);
        await pool.query("UPDATE recording SET state = 'here' WHERE account_id = ?", [kit.accountId]);
        await pool.query(
          'UPDATE interaction SET status = 2, transcript_text = ?, transcript_failure = ? WHERE account_id = ?',
          [failure === null ? 'fetched' : null, failure, kit.accountId],
        );
      };
      kit.put('1.csv', csv('', 'a.txt', 'x'));
      await kit.run();
      expect(await row()).to.include({
        kind: 'record',
        status: 0,
        url: 'a.txt',
        text: null,
        failure: null,
        audio: null,
      });
      await fetch(null);
      kit.put('2.csv', csv('', 'a.txt', 'y'));
      expect((await kit.run()).counts).to.deep.include({ updated: 1 });
      expect(await row()).to.include({ kind: null, status: 2, text: 'fetched', metadata: '{"agent":"y"}' });
      kit.put('3.csv', csv('a.wav', 'a.txt', 'y'));
      await kit.run();
      expect(await row()).to.include({ kind: 'record', status: 0, text: 'fetched', audio: 'a.wav waiting' });
      await fetch(null);
      kit.put('4.csv', csv('a.wav', 'A.txt', 'y'));
      await kit.run();
      expect(await row()).to.include({ kind: 'record', status: 0, url: 'A.txt', text: null, audio: 'a.wav here' });
      await fetch('{}');
      kit.put('5.csv', csv('a.wav', 'A.txt', 'z'));
      await kit.run();
      expect(await row()).to.include({ kind: null, status: 2, text: null, failure: '{}' });
      kit.put('6.csv', csv('b.wav', 'A.txt', 'z'));
      await kit.run();
      expect(await row()).to.include({ kind: 'record', text: null, failure: null, audio: 'b.wav waiting' });
      await fetch('{}');
      kit.put('7.csv', csv('b.wav', '', 'z'));
      await kit.run();
      expect(await row()).to.include({ kind: 'record', status: 0, url: null, text: 'not taken', audio: 'b.wav here' });
    });

    it('makes work of a transcript that comes later in the row, and again only where its words are others', async () => {
      const kit = await importKit(services);
      const { pool } = services.database;
      const csv = (audio: string, text: string, agent: string) =>
        `external_interaction_id,channel_type,audio_url,transcript_text,agent\nA,VOICE,${audio},"${text}",${agent}\n`;
      let files = 0;
      /** The interaction after a row was imported, and everything that was to be done of it was done. */
      const imported = async (...row: Parameters<typeof csv>) => {
        kit.put(`${++files}.csv`, csv(...row));
        await kit.run();
        const [rows] = await pool.query<RowDataPacket[]>(
          'SELECT w.kind, i.status, i.transcript_text AS text FROM interaction i LEFT JOIN work w ON w.subject = i.id WHERE i.account_id = ?',
          [kit.accountId],
        );
        await pool.query("DELETE FROM work WHERE account_id = ? AND kind <> 'execute'", [kit.accountId]);
        await pool.query('UPDATE interaction SET status = 2 WHERE account_id = ?', [kit.accountId]);
        return rows[0];
      };
      const words = 'Agent: "hé\\llo"\tthere\nCustomer: \\N, \u{1f600}';
      const quoted = words.replaceAll('"', '""');
      expect(await imported('a.wav', '', 'x')).to.deep.equal({ kind: 'record', status: 0, text: null });
      expect(await imported('a.wav', quoted, 'x')).to.deep.equal({ kind: 'record', status: 0, text: words });
      expect(await imported('a.wav', quoted, 'y')).to.deep.equal({ kind: null, status: 2, text: words });
      expect(await imported('', quoted, 'y')).to.deep.equal({ kind: null, status: 2, text: words });
      expect(await imported('', 'Agent: bye', 'y')).to.deep.equal({ kind: 'record', status: 0, text: 'Agent: bye' });
      expect(await imported('a.wav', '', 'y')).to.deep.equal({ kind: 'record', status: 0, text: 'Agent: bye' });
      expect(await imported('a.wav', '', 'z')).to.deep.equal({ kind: null, status: 2, text: 'Agent: bye' });
      expect(await imported('a.wav', 'Agent: bye', 'z')).to.deep.equal({ kind: null, status: 2, text: 'Agent: bye' });
    });

    it('counts exactly when two imports bring the same rows at once, in opposite order', async () => {
      const kit = await importKit(services);
      const other = await importKit(services);
      const lines = rowsOf(20_000).split('\n').slice(1, -1);
      kit.put('a.csv', `${header}\n${lines.join('\n')}\n`);
      other.put('a.csv', `${header}\n${lines.toReversed().join('\n')}\n`);
      const rival = await folderConnector(services, kit.accountId, { directory: other.directory });
      const [first, second] = await Promise.all([kit.run(), runOnce(services, rival)]);
      expect(first.counts.listed + second.counts.listed).to.equal(40_000);
      expect(first.counts.imported + second.counts.imported).to.equal(20_000);
      expect(first.counts.duplicate + second.counts.duplicate).to.equal(20_000);
      expect(await kit.interactions()).to.have.length(20_000);
    });
  });
}

describe('bad input', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  it('reads UTF-8 with a byte order mark, UTF-16 with and without one, and Windows-1252', async () => {
    const csv = `${header}\nA,CHAT,Agent: voilà,Zoë\n`;
    const encodings: [string, Buffer][] = [
      ['utf8', Buffer.from(csv)],
      ['utf8-mark', Buffer.from(`\uFEFF${csv}`)],
      ['utf16le-mark', Buffer.from(`\uFEFF${csv}`, 'utf16le')],
      ['utf16le', Buffer.from(csv, 'utf16le')],
      ['utf16be-mark', iconv.encode(csv, 'utf-16be', { addBOM: true })],
      ['utf16be', iconv.encode(csv, 'utf-16be')],
      ['windows-1252', iconv.encode(csv, 'win1252')],
    ];
    const kit = await importKit(services);
    for (const [name, bytes] of encodings) {
      kit.put(`${name}.csv`, bytes);
      const { counts } = await kit.run();
      expect([name, counts.imported + counts.duplicate, counts.listed]).to.deep.equal([name, 1, 1]);
    }
    const [row] = await kit.interactions();
    expect([row?.transcript_text, JSON.parse(row?.metadata)]).to.deep.equal(['Agent: voilà', { agent_name: 'Zoë' }]);
  });

  it('rejects the row with broken bytes in a UTF-8 file, and takes the others', async () => {
    const kit = await importKit(services);
    const good = Buffer.from(`${header}\nA,CHAT,é à ü,x\nB,CHAT,ok `);
    kit.put('a.csv', Buffer.concat([good, Buffer.from([0xff]), Buffer.from(',x\nC,CHAT,ñ,x\n')]));
    const { counts, executionId } = await kit.run();
    expect(counts).to.deep.equal({ ...none, listed: 3, imported: 2, rejected: 1 });
    expect((await kit.rejected(executionId))[0]).to.include({ line: 3, code: 'bad_encoding' });
  });

  it('fails an item without the mandatory columns, naming what is there; the other items are stored', async () => {
    const kit = await importKit(services);
    kit.put('a.csv', 'call_id,channel\n1,VOICE\n');
    kit.put('b.csv', `${header}\nA,CHAT,x,y\n`);
    const { status, items, counts, error, note } = await kit.run();
    expect({ status, note }).to.deep.equal({ status: 'partial_success', note: '1 of 2 items failed' });
    expect(items).to.deep.equal({ listed: 2, done: 1, unchanged: 0, waiting: 0, failed: 1 });
    expect(counts).to.deep.equal({ ...none, listed: 1, imported: 1 });
    expect(error?.code).to.equal('missing_columns');
    expect(error?.message).to.match(
      /^a\.csv: .*external_interaction_id.*channel_type.*call_id, channel.*column mapping/,
    );
  });

  it('reads those columns where a column mapping names them', async () => {
    const kit = await importKit(services, {
      column_mapping: { ' Call_ID': 'external_interaction_id', channel: 'channel_type', who: 'agent_name' },
    });
    kit.put('a.csv', 'call_id;Channel;transcript_text;Who\n1;VOICE;"a;b";Ann\n');
    expect((await kit.run()).counts.imported).to.equal(1);
    expect(JSON.parse((await kit.interactions())[0]?.metadata)).to.deep.equal({ agent_name: 'Ann' });
  });

  it('fails an item whose header names a column twice', async () => {
    const kit = await importKit(services);
    kit.put('a.csv', 'external_interaction_id,channel_type,note,Note\n1,VOICE,a,b\n');
    const { status, error } = await kit.run();
    expect(status).to.equal('handler_failed');
    expect(error?.message).to.contain('names note twice');
  });

  it('says no_data of an empty file and of a header alone', async () => {
    for (const content of ['', '\n\n', `${header}`, `\uFEFF${header}\r\n`]) {
      const kit = await importKit(services);
      kit.put('a.csv', content);
      const { status, note, items, counts } = await kit.run();
      expect({ status, note, counts, done: items.done }).to.deep.equal({
        status: 'success',
        note: 'no_data',
        counts: none,
        done: 1,
      });
    }
  });

  it('loses to an unclosed quote, a stray quote, a wrong number of columns or a field of 10 MB their own row alone', async () => {
    const kit = await importKit(services);
    const lines = rowsOf(20).split('\n').slice(1, -1);
    lines[3] = 'C-3,CHAT,"never closed,x';
    lines[7] = 'C-7,CHAT,"she said "no"",x';
    lines[9] = 'C-9,CHAT';
    lines[12] = `C-12,CHAT,${'x'.repeat(10_000_000)},x`;
    lines[15] = 'C-15,CHAT,"two\nlines",x';
    kit.put('a.csv', `${header}\n${lines.join('\n')}\n`);
    const { status, note, counts, executionId } = await kit.run();
    expect({ status, note }).to.deep.equal({ status: 'success', note: '4 rejected' });
    expect(counts).to.deep.equal({ ...none, listed: 20, imported: 16, rejected: 4 });
    const rejected = await kit.rejected(executionId);
    expect(rejected.map(({ line, code }) => [line, code])).to.deep.equal([
      [5, 'unclosed_quote'],
      [9, 'stray_quote'],
      [11, 'wrong_column_count'],
      [14, 'row_too_large'],
    ]);
    expect(rejected.every(({ raw }) => Buffer.byteLength(raw) <= 4096)).to.equal(true);
    expect(rejected[0]).to.include({ file_name: 'a.csv', raw: `${lines[3]}\n` });
    const last = (await kit.interactions()).find((row) => row.external_id.toString() === 'C-19');
    expect(last?.source_line).to.equal(22);
  });

  it('says of each bad value its column, its code and what it must be', async () => {
    const kit = await importKit(services);
    const columns = `${header},interaction_start_time,duration_seconds,pii_redacted`;
    const bad: [string, string, string | null][] = [
      [',CHAT,x,y,,,', 'missing_field', 'external_interaction_id'],
      ['A,,x,y,,,', 'missing_field', 'channel_type'],
      ['A,CHAT,,y,,,', 'no_content', null],
      ['A,CHAT,x,y,yesterday,,', 'bad_time', 'interaction_start_time'],
      ['A,CHAT,x,y,2026-02-30,,', 'bad_time', 'interaction_start_time'],
      ['A,CHAT,x,y,,1.5,', 'bad_number', 'duration_seconds'],
      ['A,CHAT,x,y,,-1,', 'bad_number', 'duration_seconds'],
      ['A,CHAT,x,y,,,maybe', 'bad_boolean', 'pii_redacted'],
      [`${'é'.repeat(128)},CHAT,x,y,,,`, 'too_long', 'external_interaction_id'],
      [`A,CHAT,${'é'.repeat(51_201)},y,,,`, 'too_long', 'transcript_text'],
    ];
    kit.put('a.csv', `${columns}\n${bad.map(([line]) => line).join('\n')}\nA,CHAT,${'é'.repeat(51_200)},y,,,\n`);
    const { counts, executionId } = await kit.run();
    expect(counts).to.deep.equal({ ...none, listed: 11, imported: 1, rejected: 10 });
    const rejected = await kit.rejected(executionId);
    expect(rejected.map((row) => [row.code, row.column_name])).to.deep.equal(
      bad.map(([, code, column]) => [code, column]),
    );
    expect(rejected.every(({ reason }) => reason.length > 20)).to.equal(true);
  });

  it('rejects a row with more than 50 metadata values, and counts the empty ones out', async () => {
    const kit = await importKit(services);
    const keys = Array.from({ length: 51 }, (_, index) => `k${index}`);
    const row = (id: string, last: string) =>
      `${id},CHAT,x,${keys
        .slice(1)
        .map(() => 'v')
        .join(',')},${last}\n`;
    kit.put(
      'a.csv',
      `external_interaction_id,channel_type,transcript_text,${keys.join(',')}\n${row('A', '')}${row('B', 'v')}`,
    );
    const { counts, executionId } = await kit.run();
    expect(counts).to.deep.include({ imported: 1, rejected: 1 });
    expect((await kit.rejected(executionId))[0]?.code).to.equal('too_many_metadata_keys');
  });

  it('takes file_url by its type where a row has nothing else', async () => {
    const kit = await importKit(services);
    kit.put(
      'a.csv',
      'external_interaction_id,channel_type,file_url,file_type\nA,VOICE,a.mp3,\nB,VOICE,b,pdf\nC,VOICE,c.xyz,\n',
    );
    const { counts, executionId } = await kit.run();
    expect(counts).to.deep.include({ imported: 2, rejected: 1 });
    const [a, b] = await kit.interactions();
    expect([a?.audio_url, a?.audio_format, b?.transcript_url]).to.deep.equal(['a.mp3', 'mp3', 'b']);
    expect((await kit.rejected(executionId))[0]).to.include({ code: 'no_content', column_name: 'file_type' });
  });

  it('stops at the first 10,000 rows where most of them are rejected', async () => {
    const kit = await importKit(services);
    kit.put('a.csv', `${header}\n${'x,CHAT,,y\n'.repeat(30_000)}`);
    const { status, error, counts } = await kit.run();
    expect([status, error?.code, counts.listed]).to.deep.equal(['handler_failed', 'too_many_rejected', 10_000]);
    expect(error?.message).to.contain('wrong file');
  });

  it('read again because it failed has each rejected row once, and what was counted before stays', async () => {
    const kit = await importKit(services);
    kit.put('a.csv', `${header}\n${'x,CHAT,,y\n'.repeat(10_000)}`);
    kit.put('b.csv', `${header}\nx,CHAT,,y\n`);
    const first = await kit.run();
    const again = await kit.run();
    expect([first.counts.rejected, again.counts.rejected]).to.deep.equal([10_001, 10_000]);
    expect((await kit.rejected(first.executionId)).map((row) => row.file_name)).to.deep.equal(['b.csv']);
    expect(await kit.rejected(again.executionId)).to.have.length(10_000);
  });

  it('fails where more rows are rejected than the connector accepts; the good ones are stored', async () => {
    const kit = await importKit(services, { max_rejected_percent: 10 });
    kit.put('a.csv', `${header}\nA,CHAT,x,y\nB,CHAT,,y\n`);
    const { status, error, counts } = await kit.run();
    expect([status, error?.code]).to.deep.equal(['handler_failed', 'too_many_rejected']);
    expect(counts).to.deep.equal({ ...none, listed: 2, imported: 1, rejected: 1 });
  });

  it('counts items that are still being written as waiting, and tries again what failed before', async () => {
    const kit = await importKit(services);
    kit.put('a.csv.part', 'half');
    kit.put('unreadable.csv', `${header}\nA,CHAT,x,y\n`);
    for (const _ of [1, 2]) {
      const { status, items, error } = await kit.run();
      expect(status).to.equal('partial_success');
      expect(items).to.deep.equal({ listed: 2, done: 0, unchanged: 0, waiting: 1, failed: 1 });
      expect(error?.code).to.equal('permission_denied');
    }
  });

  it('fails the execution, and never says "nothing new", where the source cannot be listed', async () => {
    const kit = await importKit(services);
    const connector = await folderConnector(services, kit.accountId, { directory: '/nowhere' });
    const { status, error, items } = await runOnce(services, connector);
    expect([status, error?.code, items.listed]).to.deep.equal(['handler_failed', 'path_missing', 0]);
  });

  it('stops within a chunk when it is aborted, and keeps what was stored', async () => {
    const kit = await importKit(services);
    kit.put('a.csv', rowsOf(100_000));
    const id = await startExecution(services, kit.accountId);
    const controller = new AbortController();
    const run = await claimRun(services, kit.connector, id, controller.signal);
    run.step = async (name) => {
      if (name === 'store') setImmediate(() => controller.abort(new Error('cancelled')));
    };
    const thrown = await runImport(run).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(thrown?.message).to.equal('cancelled');
    const resumed = await runImport(await claimRun(services, kit.connector, id));
    expect(resumed.counts).to.deep.equal({ ...none, listed: 100_000, imported: 100_000 });
  });

  it('writes nothing when another worker has taken the execution over', async () => {
    const kit = await importKit(services);
    kit.put('a.csv', rowsOf(10));
    const id = await startExecution(services, kit.accountId);
    const stale = await claimRun(services, kit.connector, id);
    await claimRun(services, kit.connector, id);
    const thrown = await runImport(stale).then(
      () => undefined,
      (error: { code?: string }) => error,
    );
    expect(thrown?.code).to.equal('lease_lost');
    expect(await kit.interactions()).to.have.length(0);
  });
});
