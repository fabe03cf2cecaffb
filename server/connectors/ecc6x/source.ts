import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import type { ConnectorContext, RecordingRef, SourceItem, SourceSession } from '../connector.ts';
import type { Ecc6xConfig } from './config.ts';
import { Ecc6xRecordings, type Patience } from './recordings.ts';

/** For recordings and transcripts alone: interactions come as events. Opens nothing yet. */
export async function openSource(
  config: Ecc6xConfig,
  context: ConnectorContext,
  patience: Patience = {},
): Promise<SourceSession> {
  const recordings = new Ecc6xRecordings(config, context, patience);
  return {
    async *list(): AsyncGenerator<SourceItem> {
      // A stream has no items.
    },
    async read({ key }: SourceItem): Promise<ByteStream> {
      throw new AppError('path_missing', `ECC 6x has no item "${key}": its interactions come as events of a topic.`);
    },
    recording: (ref: RecordingRef) => recordings.open(ref),
    async [Symbol.asyncDispose](): Promise<void> {
      // Nothing is kept open between two recordings.
    },
  };
}
