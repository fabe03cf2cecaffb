import { createHash } from 'node:crypto';
import type { ReportPart } from '../../../db/queries/reports.ts';
import { AppError, type Failure } from '../../../shared/error.ts';
import { pausesWhileAway } from '../../backoff.ts';
import type { ByteStream } from '../../byte-stream.ts';
import type { DeliveryPart, Receipt, SinkSession } from '../../connectors/connector.ts';
import { sized } from '../../words.ts';
import { workContext } from '../connector-context.ts';
import { attempted } from './attempts.ts';
import { type Destination, type DestinationResult, keepResult, requireEnabled } from './destination.ts';

/** Delivers files one after the other; what comes after one that failed is not tried. */
export async function deliverFiles(destination: Destination, parts: readonly ReportPart[]): Promise<DestinationResult> {
  const conversation = new Conversation(destination);
  let failure: Failure | undefined;
  try {
    for (const part of parts) failure ??= await deliverFile(destination, conversation, part);
  } finally {
    await conversation.close();
  }
  return { name: destination.connector.name, failure };
}

async function deliverFile(
  destination: Destination,
  conversation: Conversation,
  part: ReportPart,
): Promise<Failure | undefined> {
  const { run, connector, backoffMs = pausesWhileAway(destination.run) } = destination;
  const outcome = await attempted(run, { what: part.fileName, destination: connector.name, backoffMs }, () =>
    conversation.deliver(part),
  );
  if ('failure' in outcome) {
    await keepResult(destination, [part], outcome);
    return outcome.failure;
  }
  const { receipt } = outcome;
  await keepResult(destination, [part], receipt);
  run.log('info', `${part.fileName} delivered to ${receipt.location}, ${sized(receipt.byteSize)}.`);
  return undefined;
}

/** One connector's session, opened when there is a part for it and again after it broke. */
class Conversation {
  readonly #destination: Destination;
  #session: SinkSession | undefined;

  constructor(destination: Destination) {
    this.#destination = destination;
  }

  async deliver(part: ReportPart): Promise<Receipt> {
    const delivery = this.#destination.bytes.delivery(part.byteSize);
    try {
      this.#session ??= await this.#open();
      const receipt = await this.#session.deliver(this.#partOf(part, delivery.sending));
      delivery.arrived();
      return receipt;
    } catch (thrown) {
      delivery.failed();
      await this.close();
      throw thrown;
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.[Symbol.asyncDispose]();
  }

  #open(): Promise<SinkSession> {
    const { run, connector } = this.#destination;
    requireEnabled(connector);
    const { type, config } = connector;
    if (!type.sink)
      throw new AppError(
        'invalid',
        `A connector of type ${type.id} cannot be delivered to. Choose another destination.`,
      );
    return type.sink(config, workContext(run.services, connector, run.signal));
  }

  #partOf(part: ReportPart, counted: (content: ByteStream) => ByteStream): DeliveryPart {
    const { fileName, byteSize, sha256, storageKey } = part;
    const { storage } = this.#destination.run.services;
    const content = () =>
      verified(
        part,
        whenRead(() => storage.read(storageKey)),
      );
    return { fileName, byteSize, sha256, open: async () => counted(content()) };
  }
}

/** Opened with the first read: a destination that fails before it wants the bytes leaves nothing open behind it. */
async function* whenRead(open: () => Promise<ByteStream>): AsyncGenerator<Uint8Array> {
  yield* await open();
}

/** What is delivered is what was reported: other bytes end the delivery before it is whole. */
async function* verified({ fileName, sha256 }: ReportPart, content: ByteStream): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const piece of content) {
    hash.update(piece);
    yield piece;
  }
  if (hash.digest('hex') !== sha256)
    throw new AppError(
      'sealed_data_damaged',
      `The stored file of ${fileName} is not the one that was written. Have the report made anew: run its job again, or ask for the export again.`,
    );
}
