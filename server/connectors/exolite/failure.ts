import { AppError, type AppErrorOptions } from '../../../shared/error.ts';
import { type FailedAnswer, statusFailure } from '../http/status.ts';

/** What Exotel writes about a failure: `{"RestException": {"Status": 429, "Message": "…", "Code": "…"}}`, Code in newer answers. */
export interface RestException {
  status: number | undefined;
  message: string;
}

/** The exception in a body, or undefined where there is none. */
export function restExceptionIn(text: string): RestException | undefined {
  const [, inner] = /"RestException"\s*:\s*(\{[^{}]*\})/.exec(text) ?? [];
  if (inner === undefined) return undefined;
  const said = parsed(inner);
  const words = [said.Message, said.Code].filter((part) => typeof part === 'string' && part !== '');
  const status = Number(said.Status);
  return { status: Number.isInteger(status) ? status : undefined, message: words.join(', ').slice(0, 300) };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { Message: text };
  }
}

/** A failed answer of the API, in words. */
export function apiFailure(answer: FailedAnswer): AppError {
  const usual = statusFailure(answer);
  const said = restExceptionIn(answer.text)?.message ?? '';
  const quote = said === '' ? '' : ` Exotel says: "${said}".`;
  const { url, status } = answer;
  const as = (message: string, field?: string): AppError => {
    const options: AppErrorOptions = { cause: usual.cause, retryAfterSeconds: usual.retryAfterSeconds };
    return new AppError(usual.code, `${message}${quote}`, field === undefined ? options : { ...options, field });
  };
  switch (status) {
    case 401:
      return as(
        `${url.host} refused API key and token. Copy both again from the API settings page; an account in Mumbai has its API at https://api.in.exotel.com, one in Singapore at https://api.exotel.com.`,
        'api_token',
      );
    case 402:
      return new AppError(
        'permission_denied',
        `Exotel has closed the API to this account because of a payment (402).${quote} Settle it in the Exotel dashboard.`,
        { cause: usual.cause },
      );
    case 403:
      return as(
        `${url.host} knows the API key but does not let it read calls (403). Give it the permission in the API settings page, and allow our addresses where access is limited to some.`,
        'api_key',
      );
    case 404:
      return as(`${url.host} has no such account or call (404). Check account SID and API address.`, 'account_sid');
    default:
      return as(usual.message);
  }
}
