import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { ConnectorType, DeliveryPart, SinkSession } from '../../../server/connectors/connector.ts';
import { WorkAborted } from '../../../server/worker/abort.ts';
import { AppError } from '../../../shared/error.ts';
import { contextOf, rejects, type Setup } from './contract-kit.ts';

type Json = Record<string, unknown>;

/** A report arrives whole or not at all. */
export function sinkContract({ type, system }: Setup): void {
  const deliver = async (part: DeliveryPart): Promise<void> => {
    await using sink = await openSink(type, system().config());
    const receipt = await sink.deliver(part);
    expect(receipt.byteSize).to.equal(part.byteSize);
    expect(receipt.location).to.contain(part.fileName);
  };

  it('delivers a part whole', async () => {
    const content = randomBytes(2_500_000);
    await deliver(partOf('report.csv', content));
    expect(Buffer.from(await system().content('report.csv')).equals(content)).to.equal(true);
  });

  it('delivering twice leaves one file', async () => {
    const before = (await system().files()).length;
    for (const text of ['one', 'one', 'another text']) await deliver(partOf('twice.csv', Buffer.from(text)));
    expect(Buffer.from(await system().content('twice.csv')).toString()).to.equal('another text');
    expect((await system().files()).length).to.equal(before + 1);
  });

  it('an empty part is delivered as an empty file', async () => {
    await deliver(partOf('nothing.csv', Buffer.alloc(0)));
    expect(await system().content('nothing.csv')).to.have.length(0);
  });

  it('a delivery that breaks leaves neither a half file nor its remains, and the old one as it was', async () => {
    await deliver(partOf('broken.csv', Buffer.from('old')));
    const before = await system().files();
    const part = partOf('broken.csv', randomBytes(1_000_000));
    const failing = {
      ...part,
      open: async () =>
        (async function* () {
          yield randomBytes(600_000);
          throw new AppError('sealed_data_damaged', 'the report cannot be read');
        })(),
    };
    await rejects(deliver(failing), 'sealed_data_damaged');
    expect(await system().files()).to.deep.equal(before);
    expect(Buffer.from(await system().content('broken.csv')).toString()).to.equal('old');
  });

  it('a delivery that is cancelled half-way leaves neither a half file nor its remains', async () => {
    await deliver(partOf('cancelled.csv', Buffer.from('old')));
    const before = await system().files();
    const cancel = new AbortController();
    const part = partOf('cancelled.csv', randomBytes(20_000_000));
    const cancelling = {
      ...part,
      open: async () =>
        (async function* () {
          let sent = 0;
          for await (const piece of await part.open()) {
            yield piece;
            sent += piece.length;
            if (sent >= 12_000_000) cancel.abort(new WorkAborted('cancelled'));
          }
        })(),
    };
    await using sink = await openSink(type, system().config(), cancel.signal);
    const error = await sink.deliver(cancelling).catch((thrown) => thrown);
    expect(error).to.be.instanceOf(AppError);
    expect(await system().files()).to.deep.equal(before);
    expect(Buffer.from(await system().content('cancelled.csv')).toString()).to.equal('old');
  });

  it('a part that is shorter than it should be is not delivered', async () => {
    const part = { ...partOf('short.csv', Buffer.from('abc')), byteSize: 4 };
    await rejects(deliver(part), 'protocol_error');
    expect(await system().files()).not.to.include('short.csv');
  });
}

async function openSink(type: ConnectorType, config: Json, signal?: AbortSignal): Promise<SinkSession> {
  if (!type.sink) throw new Error(`${type.id} is no sink`);
  return await type.sink(type.config.parse(config), contextOf(signal && { signal }));
}

function partOf(fileName: string, content: Buffer): DeliveryPart {
  return {
    fileName,
    byteSize: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    open: async () =>
      (async function* () {
        for (let at = 0; at < content.length; at += 70_000) yield content.subarray(at, at + 70_000);
      })(),
  };
}
