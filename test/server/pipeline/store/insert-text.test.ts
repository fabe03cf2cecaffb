import { expect } from 'chai';
import { contentColumns } from '../../../../db/queries/interactions.ts';
import { ChunkBuffer } from '../../../../server/pipeline/store/chunk.ts';
import { InsertWriter } from '../../../../server/pipeline/store/insert-text.ts';
import type { Interaction } from '../../../../server/rows/validate/interaction.ts';

const fate = { status: 2, unanalysedReason: null, work: undefined };
const plain: Interaction = {
  externalId: 'a',
  channelType: 'VOICE',
  source: null,
  language: null,
  startTimeMs: null,
  durationSeconds: null,
  audioFormat: null,
  callbackUrl: null,
  piiRedacted: false,
  audioUrl: null,
  transcriptUrl: null,
  transcriptText: null,
  metadata: '{}',
};

/** What is written for these rows, the ids and hashes as `x'…'`. */
function written(interactions: Partial<Interaction>[], options = {}) {
  const buffer = new ChunkBuffer(interactions.length);
  const rows = interactions.map((interaction, index) => buffer.add({ ...plain, ...interaction }, index + 2, fate));
  const { columns, values } = new InsertWriter('7,8').write(buffer, rows, options);
  const ids = rows.map((row) => buffer.idOf(row).toString('hex'));
  const hashes = rows.map(({ contentHash }) => Buffer.from(contentHash, 'latin1').toString('hex'));
  const isWhole = [...ids, ...hashes].every((hex) => values.includes(`x'${hex}'`));
  return { columns, values: values.replaceAll(/x'[0-9a-f]{24,32}'/g, "x'…'"), isWhole };
}

describe('rows as text of an INSERT', () => {
  it('have their ids and hashes as hexadecimal digits, numbers without quotes, and the time at the end', () => {
    const startTimeMs = Date.UTC(2026, 10, 3, 9, 15, 0, 20);
    expect(written([{ startTimeMs, durationSeconds: 61, piiRedacted: true }])).to.deep.equal({
      columns: [
        'external_id',
        'channel_type',
        'interaction_start_time',
        'duration_seconds',
        'pii_redacted',
        'metadata',
      ],
      values: "(x'…','a','VOICE','2026-11-03 09:15:00.020',61,1,'{}',x'…',2,2,NULL,7,8,'2026-11-03 09:15:00.020')",
      isWhole: true,
    });
  });

  it('have a column as soon as one row fills it, and occur now where they have no time', () => {
    const { columns, values } = written([{}, { language: 'en' }]);
    expect(columns).to.deep.equal(['external_id', 'channel_type', 'language', 'pii_redacted', 'metadata']);
    expect(values).to.equal(
      "(x'…','a','VOICE',NULL,0,'{}',x'…',2,2,NULL,7,8,NOW(3)),(x'…','a','VOICE','en',0,'{}',x'…',3,2,NULL,7,8,NOW(3))",
    );
  });

  it('have every column where all are asked for', () => {
    expect(written([{}], { all: true }).columns).to.deep.equal([...contentColumns]);
  });

  it('keep quotes, backslashes, tabs, line feeds, a text that looks absent, and characters of every length', () => {
    const { values } = written([{ transcriptText: "it's\\ \t\n?", source: '\\N', language: 'ä€😀' }]);
    expect(values).to.contain("'it\\'s\\\\ \\t\\n?'").and.to.contain("'\\\\N'").and.to.contain("'ä€😀'");
  });

  it('stay whole where every byte needs an escape, and where the memory of an earlier text is used again', () => {
    const quotes = "'".repeat(10_000);
    expect(written([{ transcriptText: quotes }]).values).to.contain(`'${"\\'".repeat(10_000)}'`);
    const buffer = new ChunkBuffer(2);
    const writer = new InsertWriter('7');
    const long = buffer.add({ ...plain, transcriptText: quotes }, 2, fate);
    const short = buffer.add(plain, 3, fate);
    writer.write(buffer, [long]);
    expect(writer.write(buffer, [short]).values).to.match(
      /^\(x'[0-9a-f]{32}','a','VOICE',0,'\{\}',x'[0-9a-f]{24}',3,2,NULL,7,NOW\(3\)\)$/,
    );
  });
});
