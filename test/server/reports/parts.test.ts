import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { PartSet } from '../../../db/queries/reports.ts';
import { type PartSetOptions, writeParts } from '../../../server/reports/parts.ts';
import { openStorage } from '../../../server/storage/open.ts';
import type { Storage } from '../../../server/storage/storage.ts';

describe('a report’s parts', () => {
  let folder: string;
  let storage: Storage;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cqa-parts-'));
    storage = openStorage(pathToFileURL(folder).href, Buffer.alloc(32, 7));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function* lines(count: number, pageRows = 2): AsyncGenerator<string[]> {
    for (let from = 1; from <= count; from += pageRows)
      yield Array.from({ length: Math.min(pageRows, count - from + 1) }, (_, i) => `${from + i}\n`);
  }

  function setOf(set: PartSet, partRows?: number): PartSetOptions<string> {
    return {
      ...{ set, partRows },
      fileName: (part) => `report-${part}.csv`,
      storageKey: (name) => `reports/${set}/${name}`,
      async *write(pages) {
        yield Buffer.from('n\n');
        for await (const page of pages) yield Buffer.from(page.join(''));
      },
    };
  }
  const write = (pages: AsyncIterable<string[]>, partRows?: number) =>
    writeParts(storage, pages, [setOf('file', partRows)]);

  async function text(key: string): Promise<string> {
    const blocks: Uint8Array[] = [];
    for await (const block of await storage.read(key)) blocks.push(Buffer.from(block));
    return Buffer.concat(blocks).toString();
  }
  const stored = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.csv'))
      .sort();

  it('are one by default, and one with the header alone when there are no rows', async () => {
    expect((await write(lines(5))).map((part) => part.rowCount)).to.deep.equal([5]);
    expect((await write(lines(0))).map((part) => part.rowCount)).to.deep.equal([0]);
    expect(await text('reports/file/report-1.csv')).to.equal('n\n');
  });

  it('hold at most so many rows each, wherever a page ends, every part with its header, none empty', async () => {
    for (const pageRows of [1, 2, 3, 5, 7]) {
      const parts = await write(lines(5, pageRows), 2);
      expect(parts.map(({ part, fileName, rowCount }) => [part, fileName, rowCount])).to.deep.equal([
        [1, 'report-1.csv', 2],
        [2, 'report-2.csv', 2],
        [3, 'report-3.csv', 1],
      ]);
      expect(await text('reports/file/report-2.csv')).to.equal('n\n3\n4\n');
      expect(await write(lines(4, pageRows), 2)).to.have.lengthOf(2);
    }
  });

  it('know their size and SHA-256', async () => {
    const [part] = await write(lines(1));
    expect(part).to.include({
      byteSize: 4,
      sha256: '6ff2d84956e507dade83da732a88aa6fa02712d03af8c515633f674de9fd42bd',
    });
  });

  it('of two sets hold the same rows, which are read once', async () => {
    let read = 0;
    async function* counted(): AsyncGenerator<string[]> {
      for await (const page of lines(2_500, 300)) {
        read += page.length;
        yield page;
      }
    }
    const parts = await writeParts(storage, counted(), [setOf('file'), setOf('mail', 1_000)]);
    expect(parts.map(({ set, part, rowCount }) => `${set} ${part}: ${rowCount}`)).to.deep.equal([
      'file 1: 2500',
      'mail 1: 1000',
      'mail 2: 1000',
      'mail 3: 500',
    ]);
    expect(read).to.equal(2_500);
    const mailed = await Promise.all([1, 2, 3].map((part) => text(`reports/mail/report-${part}.csv`)));
    expect(`n\n${mailed.map((file) => file.slice('n\n'.length)).join('')}`).to.equal(
      await text('reports/file/report-1.csv'),
    );
  });

  it('of two sets are written at one pace: no page is read before both have taken the one before', async () => {
    const order: string[] = [];
    async function* pages(): AsyncGenerator<string[]> {
      for (let page = 1; page <= 4; page++) {
        order.push(`read ${page}`);
        yield [`${page}\n`];
      }
    }
    const watched = (set: PartSet): PartSetOptions<string> => ({
      ...setOf(set),
      async *write(some) {
        for await (const [row] of some) {
          order.push(`${set} ${row?.trim()}`);
          yield Buffer.from(row ?? '');
        }
      },
    });
    await writeParts(storage, pages(), [watched('file'), watched('mail')]);
    for (let page = 1; page <= 4; page++)
      expect(order.slice(page * 3 - 3, page * 3)).to.have.members([`read ${page}`, `file ${page}`, `mail ${page}`]);
  });

  for (const [what, failing] of [
    ['reading rows fails', undefined],
    ['writing the whole file fails', 'file'],
    ['writing a file for the mail fails', 'mail'],
  ] as const)
    it(`leave nothing behind where ${what}, and read no further`, async () => {
      let ended = false;
      async function* endless(): AsyncGenerator<string[]> {
        try {
          for (let i = 0; ; i++) {
            if (i === 50 && failing === undefined) throw new Error('it went away');
            yield [`${i}\n`];
          }
        } finally {
          ended = true;
        }
      }
      const breaking = (set: PartSet, partRows?: number): PartSetOptions<string> => ({
        ...setOf(set, partRows),
        async *write(pages) {
          let rows = 0;
          for await (const page of pages) {
            if (set === failing && ++rows > 7) throw new Error('it went away');
            yield Buffer.from(page.join(''));
          }
        },
      });
      const failure = await writeParts(storage, endless(), [breaking('file'), breaking('mail', 10)]).catch(
        (error) => error,
      );
      expect(failure.message).to.contain('it went away');
      expect(ended).to.equal(true);
      expect(stored()).to.deep.equal([]);
    });
});
