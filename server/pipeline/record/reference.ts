import { ingressConnectorId } from '../../../db/queries/interactions.ts';
import { AppError, type Failure } from '../../../shared/error.ts';
import { hasScheme, isS3Link } from '../../../shared/link.ts';
import type { ByteStream } from '../../byte-stream.ts';
import type { BodyLimits } from '../../security/bounded-body.ts';
import type { Services } from '../../services.ts';
import { workError } from '../../worker/retry.ts';
import { openLink } from '../fetch/link.ts';
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
  /** For what is behind a link. */
  limits: Pick<BodyLimits, 'signal' | 'maxBytes' | 'tooLargeCode'>;
}

/** Opens what is referred to and lends its bytes to `use`. A piece is valid only until the next one is asked for. */
export async function readReference<T>(
  { accountId, connectorId, itemKey, text, field }: Reference,
  { services, sessions, limits }: ReadSettings,
  use: (content: ByteStream) => Promise<T>,
): Promise<T> {
  const mayBeItsOwn = isS3Link(text) && connectorId !== ingressConnectorId;
  if (hasScheme(text) && !mayBeItsOwn) return use(await openLink(services, accountId, text, limits));
  return sessions.with(accountId, connectorId, async (session) => {
    if (mayBeItsOwn && !session.holds?.(text)) return use(await openLink(services, accountId, text, limits));
    if (!session.recording)
      throw new AppError('invalid', `This connector holds no files beside its rows; ${field} must be a link.`);
    return use(await session.recording({ path: text, itemKey, field }));
  });
}

/** A failure that somebody must mend, as it is kept; any other is thrown, to be tried again. */
export function lastingFailure(thrown: unknown, signal: AbortSignal, where: string): Failure {
  if (signal.aborted) throw signal.reason;
  const error = workError(thrown, where);
  // Sessions end with `cancelled` when the program stops; that is nobody's mistake.
  if (error.kind !== 'config' || error.code === 'cancelled') throw error;
  return { code: error.code, message: error.message };
}
