import { expect } from 'chai';
import { EncodingDetector } from '../../../../server/rows/parse/encoding.ts';
import { LineScanner, type NdjsonLine, readNdjson } from '../../../../server/rows/parse/ndjson.ts';
import { AppError } from '../../../../shared/error.ts';

/** All lines of a file that comes in blocks of `size` bytes. */
async function linesOf(content: Buffer | string, size = 65_536): Promise<NdjsonLine[]> {
  const bytes = Buffer.from(content);
  const detector = new EncodingDetector();
  detector.add(bytes);
  const lines: NdjsonLine[] = [];
  const blocks = async function* () {
    for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
  };
  for await (const block of readNdjson(blocks(), detector.result())) lines.push(...block);
  return lines;
}

const seen = (lines: NdjsonLine[]) => lines.map(({ line, raw, problem }) => [line, problem?.code ?? raw]);

describe('the lines of an NDJSON file', () => {
  it('are the same wherever blocks are cut, with CR LF, LF, a byte order mark, blank lines and no last line end', async () => {
    const content = '\uFEFF{"a":"é"}\r\n\r\n   \n{"b":"日本"}\n{"c":3}';
    const expected = [
      [1, '{"a":"é"}'],
      [4, '{"b":"日本"}'],
      [5, '{"c":3}'],
    ];
    for (const size of [1, 2, 3, 7, 65_536])
      expect(seen(await linesOf(content, size)), `${size}`).to.deep.equal(expected);
  });

  it('an empty file has none', async () => {
    expect(await linesOf('')).to.deep.equal([]);
    expect(await linesOf('\n\r\n')).to.deep.equal([]);
  });

  it('a line without an end costs itself alone and little memory', () => {
    const scanner = new LineScanner(1000);
    const lines = scanner.push('{"a":1}\n');
    for (let i = 0; i < 50; i++) lines.push(...scanner.push('x'.repeat(900)));
    lines.push(...scanner.push('tail\n{"b":2}\n'));
    expect(lines.map(({ line, problem }) => [line, problem?.code])).to.deep.equal([
      [1, undefined],
      [2, 'row_too_large'],
      [3, undefined],
    ]);
    expect(lines[1]?.raw.length).to.be.at.most(4097);
  });

  it('bytes that are no UTF-8 cost their own line alone, however few characters the file has', async () => {
    const content = Buffer.concat([Buffer.from('{"a":1}\n{"b":"'), Buffer.from([0xe9]), Buffer.from('"}\n{"c":3}\n')]);
    expect(seen(await linesOf(content))).to.deep.equal([
      [1, '{"a":1}'],
      [2, 'bad_encoding'],
      [3, '{"c":3}'],
    ]);
  });

  it('a JSON list is told apart, in words', async () => {
    for (const content of ['[{"a":1},\n{"b":2}]', '\n [\n{"a":1}\n]', `[${'{"a":1},'.repeat(300_000)}`]) {
      const refusal = await linesOf(content).catch((error) => error);
      expect(refusal).to.be.instanceOf(AppError);
      expect(refusal.message).to.match(/JSON list/);
    }
  });
});
