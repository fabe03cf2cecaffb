import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { discard } from '../http/body.ts';

/**
 * The body of a successful answer, where it may be a recording. A page that says what it is ends unread with `not_audio`,
 * and `advice` says what to do then; other first bytes are found out when they are read.
 */
export async function recordingBody(
  { host }: URL,
  { headers, body }: { headers: IncomingHttpHeaders; body: ByteStream },
  advice: string,
): Promise<ByteStream> {
  const [contentType = ''] = (headers['content-type'] ?? '').split(';');
  if (!/^(text\/html|application\/(json|xml|xhtml))/i.test(contentType)) return body;
  await discard(body);
  throw new AppError(
    'not_audio',
    `${host} answers 200 with ${contentType} in place of a recording: a sign-in or error page, or a proxy in between. ${advice}`,
  );
}
