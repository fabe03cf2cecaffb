import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import iconv from 'iconv-lite';
import type { Services } from '../../../../server/services.ts';
import { testServices } from '../../../harness/services.ts';
import { zipOf } from '../../../harness/zip.ts';
import { importKit, rowsOf } from './import-kit.ts';

const none = { listed: 0, imported: 0, updated: 0, duplicate: 0, rejected: 0 };
const header = 'external_interaction_id,channel_type,transcript_text';
const csvOf = (...ids: string[]) => `${header}\n${ids.map((id) => `${id},CHAT,hello\n`).join('')}`;
const lineOf = (id: string) =>
  `${JSON.stringify({ external_interaction_id: id, channel_type: 'CHAT', transcript_text: 'x' })}\n`;

describe('what a file is packed in', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  async function importing(content: Buffer | string, config: Record<string, unknown> = {}) {
    const kit = await importKit(services, config);
    kit.put('calls.dat', content);
    const outcome = await kit.run();
    const ids = (await kit.interactions()).map((row) => row.external_id.toString());
    return { ...outcome, ids, rejected: await kit.rejected(outcome.executionId) };
  }

  it('is known by its content: plain, gzip and ZIP are read alike, CSV and NDJSON', async () => {
    for (const [file_format, text, name] of [
      ['csv', csvOf('A', 'B'), 'a.csv'],
      ['ndjson', lineOf('A') + lineOf('B'), 'a.jsonl'],
    ] as const)
      for (const content of [Buffer.from(text), gzipSync(text), zipOf([{ name, content: text }])]) {
        const { counts, ids } = await importing(content, { file_format });
        expect(counts).to.deep.equal({ ...none, listed: 2, imported: 2 });
        expect(ids).to.deep.equal(['A', 'B']);
      }
  });

  it('leaves the encoding of the text to be found out', async () => {
    const text = `${header}\nA,CHAT,voilà\n`;
    for (const encoding of ['utf8', 'utf16le', 'win1252']) {
      const bytes = iconv.encode(text, encoding);
      for (const content of [gzipSync(bytes), zipOf([{ name: 'a.csv', content: bytes }])]) {
        const kit = await importKit(services);
        kit.put('a.dat', content);
        await kit.run();
        expect((await kit.interactions())[0]?.transcript_text, encoding).to.equal('voilà');
      }
    }
  });

  it('all fitting files of an archive are read in its order, each with its own header; others are passed over', async () => {
    const archive = zipOf([
      { name: 'readme.txt', content: 'hello' },
      { name: 'b.csv', content: `${csvOf('A', 'B')}C,CHAT\n` },
      { name: '__MACOSX/._b.csv', content: 'shadow' },
      { name: 'sub/', content: '' },
      { name: 'sub/a.csv', content: 'channel_type;transcript_text;external_interaction_id;note\nCHAT;y;A;n\n;y;D;n\n' },
    ]);
    const { counts, ids, rejected } = await importing(archive);
    expect(counts).to.deep.equal({ ...none, listed: 5, imported: 2, updated: 1, rejected: 2 });
    expect(ids).to.deep.equal(['A', 'B']);
    expect(rejected.map((row) => [row.file_name, row.line, row.code, JSON.parse(row.header)[0]])).to.deep.equal([
      ['calls.dat/sub/a.csv', 3, 'missing_field', 'channel_type'],
      ['calls.dat/b.csv', 4, 'wrong_column_count', 'external_interaction_id'],
    ]);
  });

  it('a large archive is read as the plain file is', async () => {
    const text = rowsOf(30_000);
    const { counts } = await importing(
      zipOf([
        { name: 'a.csv', content: text },
        { name: 'b.csv', content: text },
      ]),
    );
    expect(counts).to.deep.equal({ ...none, listed: 60_000, imported: 30_000, duplicate: 30_000 });
  });

  const huge = Buffer.alloc(64 * 1024 * 1024, 'x');
  const broken: [string, () => Buffer, RegExp][] = [
    ['a gzip file cut short', () => gzipSync(rowsOf(1000)).subarray(0, 2000), /begins like gzip.*cut short/],
    ['a gzip file that is a bomb', () => gzipSync(huge), /more than 200 times/],
    ['an archive that is a bomb', () => zipOf([{ name: 'a.csv', content: huge }]), /more than 200 times/],
    [
      'an archive that lies about its size',
      () => zipOf([{ name: 'a.csv', content: huge, claimedSize: 100 }]),
      /cannot be unpacked.*damaged/,
    ],
    [
      'an archive cut short',
      () => zipOf([{ name: 'a.csv', content: rowsOf(1000) }]).subarray(0, 3000),
      /begins like a ZIP/,
    ],
    ['an encrypted archive', () => zipOf([{ name: 'a.csv', content: 'x', flags: 1 }]), /"a\.csv".*encrypted/],
    ['an archive by another method', () => zipOf([{ name: 'a.csv', content: 'x', method: 14 }]), /method.*14/],
    ['an archive in an archive', () => zipOf([{ name: 'a.csv', content: zipOf([]) }]), /archive/],
    ['an archive of archives', () => zipOf([{ name: 'a.zip', content: zipOf([]) }]), /no \.csv file.*a\.zip.*not read/],
    ['a workbook', () => zipOf([{ name: 'xl/workbook.xml', content: '' }]), /Excel/],
    ['an empty archive', () => zipOf([]), /no \.csv file\. It is empty/],
  ];
  for (const [what, content, words] of broken)
    it(`${what} fails the item in words, and brings nothing`, async () => {
      const { status, error, counts } = await importing(content());
      expect([status, error?.code]).to.deep.equal(['handler_failed', 'invalid']);
      expect(error?.message)
        .to.match(/^calls\.dat(\/a\.csv)?: /)
        .and.match(words);
      expect(counts).to.deep.equal(none);
    });

  it('files of an archive that cannot be read stop none of the others, and the first of them is named', async () => {
    const kit = await importKit(services);
    const members = [
      { name: 'a.csv', content: `${csvOf('A', 'B')}C,CHAT\n` },
      { name: 'b.csv', content: 'no,columns\n1,2\n' },
      { name: 'c.csv', content: csvOf('D') },
      { name: 'd.csv', content: zipOf([]) },
      { name: 'e.csv', content: 'x', flags: 1 },
      { name: 'f.csv', content: csvOf('E') },
    ];
    kit.put('a.zip', zipOf(members));
    for (const expected of [
      { imported: 4, duplicate: 0 },
      { imported: 0, duplicate: 4 },
    ]) {
      const { counts, items, error, executionId } = await kit.run();
      expect(counts).to.deep.equal({ ...none, listed: 5, rejected: 1, ...expected });
      expect([items.done, items.failed, error?.code]).to.deep.equal([0, 1, 'missing_columns']);
      expect(error?.message).to.match(/^a\.zip\/b\.csv: The file has no column.*2 more files of the archive/);
      expect(await kit.rejected(executionId)).to.have.length(1);
    }
    expect((await kit.interactions()).map((row) => row.external_id.toString())).to.deep.equal(['A', 'B', 'D', 'E']);
  });

  it('an archive whose content differs from its check sum is damaged', async () => {
    const archive = zipOf([{ name: 'a.csv', content: csvOf('A') }]);
    const directory = archive.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    archive.writeUInt32LE(1, directory + 16);
    expect((await importing(archive)).error?.message).to.match(/check sum of a\.csv/);
  });
});
