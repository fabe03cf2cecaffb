import { AppError } from '../../../../shared/error.ts';
import type { ConnectorContext } from '../../connector.ts';
import { type HttpClient, type HttpClientOptions, openHttpClient } from '../../http/client.ts';
import type { FailedAnswer } from '../../http/status.ts';
import { isAboutAbsence, isAboutSession, reasonIn } from './answer.ts';
import type { VoiceLogSettings } from './voice-log.ts';

/** A client of one of ECC's voice-log servers, whose own failures are put in words. */
export function openServer(
  base_url: string,
  field: string,
  { certificate_authority, timeoutMs }: VoiceLogSettings,
  context: ConnectorContext,
  more: Pick<HttpClientOptions, 'headers' | 'failureOf'> = {},
): HttpClient {
  return openHttpClient({
    ...{ context, field, failureOf, ...more },
    base: new URL(base_url),
    certificateAuthority: certificate_authority,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

/** ECC's own errors: `{message, code, info, status}` with any status, 512 among them; an uncaught one is a page. */
function failureOf({ status, text, url }: FailedAnswer): AppError | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  const reason = reasonIn(text);
  const cause = new Error(`${status}: ${text.slice(0, 200)}`);
  if (isAboutSession(reason)) return new AppError('sign_in_refused', `${url.host} says: ${reason}`, { cause });
  if (status === 401 || status === 403 || status === 429) return undefined;
  if (status === 404 || isAboutAbsence(reason))
    return new AppError('path_missing', `${url.host} says: ${reason}`, { cause });
  if (status >= 500)
    return new AppError(
      'http_unavailable',
      `${url.host} could not give the recording (${status}: ${reason}). If it lasts, ask those who run it.`,
      { cause },
    );
  return new AppError('http_status', `${url.host} refused to give the recording (${status}: ${reason}).`, { cause });
}

/** Whether a server failed because it has no such thing. */
export function isMissing(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.code === 'path_missing';
}
