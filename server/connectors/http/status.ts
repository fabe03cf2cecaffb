import type { IncomingHttpHeaders } from 'node:http';
import { AppError, type ErrorCode } from '../../../shared/error.ts';
import { shown } from '../../security/connection-failure.ts';
import { beginningOf, type ReadLimits } from './body.ts';
import type { Answer } from './exchange.ts';
import { retryAfterSeconds } from './retry-after.ts';

/** An answer that is no success. */
export interface FailedAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  url: URL;
  /** The first 2 KB of its body. */
  text: string;
}

export async function failedAnswer(answer: Answer, limits: ReadLimits): Promise<FailedAnswer> {
  const { status, headers, url } = answer;
  return { status, headers, url, text: await beginningOf(answer, limits) };
}

const charactersKept = 200;

/** What a status means, in words; the cause begins with what the server wrote. `retryAfterSeconds` where it says one. */
export function statusFailure(answer: FailedAnswer): AppError {
  const { status, text, headers } = answer;
  const [code, message] = explained(answer);
  const cause = new Error(`${status}: ${text.slice(0, charactersKept)}`);
  return new AppError(code, message, { cause, retryAfterSeconds: retryAfterSeconds(headers) });
}

function explained({ status, url }: FailedAnswer): [ErrorCode, string] {
  const at = shown(url);
  if (status === 401)
    return [
      'sign_in_refused',
      `${url.host} refused our credentials (401). Enter them again, and check that they are still valid.`,
    ];
  if (status === 403)
    return [
      'permission_denied',
      `${at} is not open to us (403): the credentials are known but may not read it, or our address is not allowed there.`,
    ];
  if (status === 404 || status === 410) return ['path_missing', `There is no ${at} (${status}).`];
  if (status === 429)
    return [
      'rate_limited',
      `${url.host} takes no more calls for now (429). If it lasts, have it allow us more calls, or run the job at another time.`,
    ];
  if (status >= 500 || status === 408 || status === 425)
    return [
      'http_unavailable',
      `${at} answers ${status}: it is overloaded or out of order. If it lasts, ask those who run it.`,
    ];
  return ['http_status', `${at} answers ${status}, which was not expected.`];
}
