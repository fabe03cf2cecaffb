import { AppError } from '../../../../shared/error.ts';
import type { FailedAnswer } from '../../http/status.ts';
import type { RestV4Config } from '../voice-log-config.ts';
import { ownReasonIn } from './answer.ts';

/**
 * What a failed sign-in by the REST API v4 means; undefined where its status says it all, as that of a server out of order
 * does. Only what ECC itself says is looked at and told: other bodies repeat our request, its path among it.
 */
export function loginFailure(
  { status, text, url }: FailedAnswer,
  { user_id }: Pick<RestV4Config, 'user_id'>,
): AppError | undefined {
  const reason = ownReasonIn(text);
  const cause = new Error(`${status}: ${text.slice(0, 200)}`);
  if (status === 401 || (reason !== undefined && isRefusal(status, reason)))
    return new AppError(
      'sign_in_refused',
      `${url.host} refused the user id "${user_id}" or its password (${reason ?? status}). Enter both again, and check that this user may use the API.`,
      { cause, field: 'voice_log.password' },
    );
  if (status !== 404 && status !== 410) return undefined;
  return new AppError(
    'protocol_error',
    `${url.host} has no ameyorestapi: it is another server, or an ECC without the REST API v4. Check the address and its port; 8443 is the usual one.`,
    { cause, field: 'voice_log.base_url' },
  );
}

/** These pass, whatever is said with them. */
const passingStatuses: readonly number[] = [408, 425, 429];
/** What ECC answers failures of its own with, refusals as well as breakdowns. */
const ownStatus = 512;
const aboutSignIn = /user|password|credential|log(ged)? ?in|token/i;
const refusing =
  /already|invalid|incorrect|wrong|denied|disabled|locked|expired|inactive|not (found|exist|valid|active|allowed|authori[sz]ed)/i;

function isRefusal(status: number, reason: string): boolean {
  if (status === ownStatus) return aboutSignIn.test(reason) && refusing.test(reason);
  return status >= 400 && status < 500 && !passingStatuses.includes(status) && aboutSignIn.test(reason);
}
