import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses';
import { sesFailure } from './failure.ts';
import type { Mail, Mailer, SesSettings } from './mailer.ts';

/** How long SES may stay silent, before its answer or within it. */
const silenceMs = 20_000;
const connectionTimeoutMs = 10_000;

/** How mails are sent by Amazon SES. One attempt a call: whoever has the work tries again, and says so. */
export function openSes(from: string, settings: SesSettings, timeoutMs = silenceMs): Mailer['send'] {
  // Which Node runs is for whoever installs it; the SDK would tell at every start.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const client = new SESClient({
    ...settings,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      // Else it is a warning alone, and whoever sends waits for as long as the socket lives.
      ...{ requestTimeout: timeoutMs, throwOnRequestTimeout: true },
      socketTimeout: timeoutMs,
    },
  });
  return async (mail, signal) => {
    const command = new SendEmailCommand(requestOf(from, mail));
    try {
      const { MessageId } = await client.send(command, signal ? { abortSignal: signal } : {});
      return MessageId ?? '';
    } catch (thrown) {
      signal?.throwIfAborted();
      throw sesFailure(thrown, from);
    }
  };
}

function requestOf(from: string, { to, subject, text, html }: Mail) {
  const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });
  return {
    Source: encodedSender(from),
    Destination: { ToAddresses: to },
    Message: { Subject: utf8(subject), Body: { Text: utf8(text), Html: utf8(html) } },
  };
}

/** SES takes headers as they are: a name that is not ASCII goes as an encoded word (RFC 2047). */
export function encodedSender(from: string): string {
  const [, name = '', address] = /^(.*)<([^<>]+)>$/.exec(from) ?? [];
  if (!address || /^[\x20-\x7e]*$/.test(name)) return from;
  return `=?UTF-8?B?${Buffer.from(name.trim()).toString('base64')}?= <${address}>`;
}
