import { AppError, type ErrorCode } from '../../shared/error.ts';

interface SesError {
  name?: string;
  message?: string;
  code?: string;
  syscall?: string;
  $metadata?: { httpStatusCode?: number };
}

/** What SES, or the way to it, said, in words that say what to do. `from`: the sender as it is set. */
export function sesFailure(thrown: unknown, from: string): AppError {
  const error = (thrown ?? {}) as SesError;
  const [code, message] = wordsFor(error, from);
  return new AppError(code, message, { cause: thrown });
}

/** Whether SES may have taken the mail although its answer did not come. */
export function mayHaveBeenSent({ code, cause }: AppError): boolean {
  const reason = (cause ?? {}) as SesError;
  if (neverConnected(reason)) return false;
  return code === 'host_timeout' || reason.code === 'ECONNRESET' || reason.code === 'EPIPE';
}

/** In the words of the SDK where the connection took too long, and of Node where the TLS handshake broke off. */
function neverConnected({ syscall, message = '' }: SesError): boolean {
  return (
    syscall === 'connect' || /did not establish a connection|before secure TLS connection was established/.test(message)
  );
}

function wordsFor(error: SesError, from: string): [ErrorCode, string] {
  const { name = '', message = '' } = error;
  if (name === 'MessageRejected') return ['email_refused', refusalWords(message, from)];
  if (name.startsWith('MailFromDomainNotVerified'))
    return ['email_refused', `Amazon SES does not send for ${from}: its MAIL FROM domain is not verified. ${toVerify}`];
  if (/^(AccountSendingPaused|ConfigurationSetSendingPaused)/.test(name))
    return ['email_refused', 'Amazon SES has paused sending for this AWS account. Its console says why.'];
  if (isThrottling(name)) return ['rate_limited', throttledWords(message)];
  if (isSignIn(name))
    return [
      'sign_in_refused',
      `Amazon SES does not let us in (${name}). Check the AWS credentials of this program, and that they may ses:SendEmail.`,
    ];
  if (/region is missing/i.test(message))
    return ['setting_invalid', 'It is not known in which region Amazon SES is used: set AWS_REGION.'];
  return unansweredWords(error);
}

const toVerify = 'Verify it in the Amazon SES console, or set CQA_EMAIL_FROM to an address that is.';

/** SES names those that failed at the end of its sentence: `… failed the check in region EU-WEST-1: a@x.test, b@x.test`. */
function refusalWords(message: string, from: string): string {
  const [, region, list] = /not verified.*in region ([\w-]+): (.+)$/is.exec(message) ?? [];
  if (list === undefined) return `Amazon SES refused the mail: ${message || 'it did not say why.'}`;
  const names = list.split(',').map((each) => each.trim());
  const place = `in ${region?.toLowerCase()}`;
  const sender = /<([^<>]+)>$/.exec(from)?.[1] ?? from;
  const isSender = (each: string) => each.toLowerCase().includes(sender.toLowerCase());
  const recipients = names.filter((each) => !isSender(each));
  if (recipients.length < names.length)
    return `Amazon SES does not send from ${sender}: it is not verified ${place}. ${toVerify}`;
  const [theseAre, them] = recipients.length === 1 ? ['this one is', 'it'] : ['these are', 'them'];
  return `Amazon SES does not send to ${recipients.join(', ')}: this AWS account is in the SES sandbox ${place}, where recipients must be verified, and ${theseAre} not. Verify ${them}, or ask AWS for production access.`;
}

function isThrottling(name: string): boolean {
  return /^(Throttling|TooManyRequests|RequestThrottled|RequestLimitExceeded|LimitExceeded|SlowDown)/.test(name);
}

function throttledWords(message: string): string {
  if (/quota/i.test(message))
    return "Amazon SES takes no more mails today: this AWS account's daily quota is used up. It becomes free within 24 hours; a larger quota is asked for at AWS.";
  return 'Amazon SES takes no more mails at the moment: too many were sent within a second. It takes them again a little later.';
}

function isSignIn(name: string): boolean {
  return /^(InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient|AccessDenied|ExpiredToken|MissingAuthenticationToken|IncompleteSignature|NotAuthorized|OptInRequired|CredentialsProviderError)/.test(
    name,
  );
}

function unansweredWords({ name = '', message = '', code, $metadata }: SesError): [ErrorCode, string] {
  const status = $metadata?.httpStatusCode;
  // The SDK calls a connection that broke off by the same name.
  if (name === 'TimeoutError' && code !== 'ECONNRESET' && code !== 'EPIPE')
    return [
      'host_timeout',
      'Amazon SES has not answered in time. If it lasts, look at the state of SES in this region.',
    ];
  if (status !== undefined && status >= 500)
    return ['http_unavailable', `Amazon SES answered ${status}. If it lasts, look at the state of SES in this region.`];
  if (status !== undefined && status >= 400)
    return ['email_refused', `Amazon SES refused the mail (${name || status}): ${message}`];
  return [
    'host_unreachable',
    `Amazon SES cannot be reached (${code ?? (message || name)}). If it lasts, look at the network between here and SES.`,
  ];
}
