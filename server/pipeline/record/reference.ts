import { AppError, type Failure } from '../../../shared/error.ts';
import type { ByteStream } from '../../connectors/connector.ts';
import { fetchStream } from '../../security/fetch.ts';
import type { Services } from '../../services.ts';
import { isS3Link, openS3Source } from '../../storage/s3-source.ts';
import type { SourceSessions } from './sessions.ts';

/** What a row names by a link or by a path on its connector's system. */
export interface Reference {
  accountId: number;
  connectorId: number;
  /** The item whose row named it; a path is relative to it. */
  itemKey: string;
  text: string;
  /** The row's field, for words about it. */
  field: 'audio_url' | 'transcript_url';
}

export interface ReadSettings {
  services: Services;
  sessions: SourceSessions;
  signal: AbortSignal;
  maxBytes: number;
}

/** Opens what is referred to and lends its bytes to `use`. A piece is valid only until the next one is asked for. */
export async function readReference<T>(
  { accountId, connectorId, itemKey, text, field }: Reference,
  { services, sessions, signal, maxBytes }: ReadSettings,
  use: (content: ByteStream) => Promise<T>,
): Promise<T> {
  if (isS3Link(text)) return use(await openS3Source(services, accountId, text, { signal, maxBytes }));
  if (isLink(text)) return use(await fetchStream(text, { egress: services.egress, signal, maxBytes }));
  return sessions.with(accountId, connectorId, async (session) => {
    if (!session.recording)
      throw new AppError('invalid', `This connector holds no files beside its rows; ${field} must be a link.`);
    return use(await session.recording({ path: text, itemKey }));
  });
}

export function isLink(reference: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(reference);
}

/** A failure that somebody must mend, as it is kept; any other is thrown, to be tried again. */
export function lastingFailure(thrown: unknown, signal: AbortSignal, where: string): Failure {
  if (signal.aborted) throw signal.reason;
  const error = AppError.from(thrown, where);
  // Sessions end with `cancelled` when the program stops; that is nobody's mistake.
  if (error.kind !== 'config' || error.code === 'cancelled') throw error;
  return { code: error.code, message: error.message };
}
