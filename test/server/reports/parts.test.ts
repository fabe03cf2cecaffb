import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { writeParts } from '../../../server/reports/parts.ts';
import type { Cell } from '../../../server/reports/row.ts';
import { writers } from '../../../server/reports/writers.ts';
import { openStorage } from '../../../server/storage/open.ts';
import type { Storage } from '../../../server/storage/storage.ts';

describe('a report’s parts', () => {
  let folder: string;
  let storage: Storage;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cqa-parts-'));
    storage = openStorage(pathToFileURL(folder).href, Buffer.alloc(32, 7));
  });
  after(() => rmSync(folder, { recursive: true }));

  async function* rows(count: number): AsyncGenerator<Cell[]> {
    for (let i = 1; i <= count; i++) yield [i];
  }

  function write(cells: AsyncIterable<Cell[]>, partRows?: number) {
    return writeParts(storage, cells, {
      writer: writers.csv,
      header: ['n'],
      zone: 'UTC',
      partRows,
      fileName: (part) => `report-${part}.csv`,
      storageKey: (name) => `reports/${name}`,
    });
  }

  async function text(key: string): Promise<string> {
    const blocks: Uint8Array[] = [];
    for await (const block of await storage.read(key)) blocks.push(block);
    return Buffer.concat(blocks).toString();
  }

  it('are one by default, and one with the header alone when there are no rows', async () => {
    expect((await write(rows(5))).map((part) => part.rowCount)).to.deep.equal([5]);
    expect((await write(rows(0))).map((part) => part.rowCount)).to.deep.equal([0]);
    expect(await text('reports/report-1.csv')).to.equal('n\r\n');
  });

  it('hold at most so many rows each, every part with its header, none empty', async () => {
    const parts = await write(rows(5), 2);
    expect(parts.map(({ part, fileName, rowCount }) => [part, fileName, rowCount])).to.deep.equal([
      [1, 'report-1.csv', 2],
      [2, 'report-2.csv', 2],
      [3, 'report-3.csv', 1],
    ]);
    expect(await text('reports/report-2.csv')).to.equal('n\r\n3\r\n4\r\n');
    expect(await write(rows(4), 2)).to.have.lengthOf(2);
  });

  it('know their size and SHA-256', async () => {
    const [part] = await write(rows(1));
    expect(part).to.include({
      byteSize: 6,
      sha256: 'f9bdcc68f7fd9c97c5390959b276aef99d89181a4309fb8e380076a225773c7f',
    });
  });

  it('stop reading rows when writing fails', async () => {
    let ended = false;
    async function* endless(): AsyncGenerator<Cell[]> {
      try {
        for (let i = 0; ; i++) {
          if (i === 10) throw new Error('the database went away');
          yield [i];
        }
      } finally {
        ended = true;
      }
    }
    const failure = await write(endless()).catch((error) => error);
    expect(failure.message).to.contain('went away');
    expect(ended).to.equal(true);
  });
});
