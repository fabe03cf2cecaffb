import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { unpacked } from '../../../../server/pipeline/fetch/unpack.ts';
import { csvOf, type IngestKit, ingestKit } from './ingest-kit.ts';

const megabyte = 1024 * 1024;

function boundsOf(bytes: number) {
  return { plainBytes: bytes, unpackedBytes: bytes, ratio: Number.POSITIVE_INFINITY, zip: 'refused' as const };
}

/** Sends pieces as they are made, without saying how many there are. */
function send(response: ServerResponse, pieces: Iterable<string | Buffer>): void {
  const body = Readable.from(pieces, { objectMode: true });
  response.on('close', () => body.destroy());
  body.pipe(response);
}

function* repeated(piece: Buffer, times: number): Generator<Buffer> {
  for (let i = 0; i < times; i++) yield piece;
}

describe('a file beyond the limits', () => {
  let kit: IngestKit;
  before(async () => {
    kit = await ingestKit();
  });
  beforeEach(() => kit.renewAccount());
  after(() => kit.close());

  it('of 100,000 rows is taken whole; of one more, 100,000 are stored and the job fails with the reason', async () => {
    const whole = await kit.run({ file_url: kit.serve('/r', (_, response) => send(response, csvOf(100_000))) });
    expect(whole).to.include({ status: 'completed', total_rows: 100_000, accepted: 100_000 });
    await kit.renewAccount();
    const file_url = kit.serve('/r', (_, response) => send(response, csvOf(100_001)));
    const job = await kit.run({ file_url });
    expect(job).to.include({ status: 'failed', total_rows: 100_000, accepted: 100_000, rejected: 0 });
    expect(job.error.message).to.match(/more than 100,000 rows/);
    const [stored] = await kit.select('SELECT COUNT(*) AS n FROM interaction WHERE account_id = ?', [kit.accountId]);
    expect(stored?.n).to.equal(100_000);
  });

  it('of a byte more than 100 MB fails, announced or not, and nothing is stored', async () => {
    const block = Buffer.alloc(megabyte, 'x');
    const pieces = () => [...repeated(block, 100), Buffer.from('x')];
    const unannounced = kit.serve('/b1', (_, response) => send(response, pieces()));
    const announced = kit.serve('/b2', (_, response) => {
      response.setHeader('content-length', 100 * megabyte + 1);
      send(response, pieces());
    });
    for (const file_url of [unannounced, announced]) {
      const job = await kit.run({ file_url });
      expect(job).to.include({ status: 'failed', total_rows: 0 });
      expect(job.error.message).to.match(/larger than 100 MB/);
    }
  });

  it('that unpacks to more than 100 MB stops there, however little it is packed and however long it goes on', async () => {
    const packed = gzipSync(Buffer.alloc(megabyte, 'x'));
    let sent = 0;
    const endless = function* () {
      for (;;) {
        sent++;
        yield packed;
      }
    };
    const job = await kit.run({ file_url: kit.serve('/bomb.csv.gz', (_, response) => send(response, endless())) });
    expect(job).to.include({ status: 'failed', total_rows: 0 });
    expect(job.error.message).to.match(/larger than 100 MB when it is unpacked/);
    expect(packed.length).to.be.lessThan(2000);
    const before = sent;
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent - before, 'sent after the end').to.be.lessThan(10);
  });

  it('that is refused by its first bytes is not read on: whoever sends it may stop', async () => {
    let isClosed = false;
    const zip = async function* () {
      try {
        for (;;) yield Buffer.from('PK\x03\x04 and more');
      } finally {
        isClosed = true;
      }
    };
    const refusal = await unpacked(zip(), boundsOf(megabyte))
      .next()
      .catch((error) => error);
    expect(refusal.message).to.match(/ZIP/);
    expect(isClosed).to.equal(true);
  });

  it('is one byte larger than the limit, and no smaller', async () => {
    const content = async function* () {
      for (let i = 0; i < 10; i++) yield Buffer.alloc(100);
    };
    const sizeOf = async (maxBytes: number) => {
      let size = 0;
      for await (const bytes of unpacked(content(), boundsOf(maxBytes))) size += bytes.length;
      return size;
    };
    expect(await sizeOf(1000)).to.equal(1000);
    expect((await sizeOf(999).catch((error) => error)).code).to.equal('invalid');
  });
});
