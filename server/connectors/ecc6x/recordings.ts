import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { Semaphore } from '../../semaphore.ts';
import { recordingBody } from '../calls/recording-body.ts';
import type { ConnectorContext, RecordingRef } from '../connector.ts';
import { endable } from '../http/body.ts';
import { type HttpClient, openHttpClient } from '../http/client.ts';
import { type FailedAnswer, statusFailure } from '../http/status.ts';
import { limitedStream } from '../limited-stream.ts';
import type { Ecc6xConfig } from './config.ts';
import { readReference } from './reference.ts';

/** For tests; a customer's servers have the usual time. */
export interface Patience {
  timeoutMs?: number | undefined;
}

/** ECC serves its agents first. */
const atOnce = 6;
/** For how long after its beginning an interaction's recording may still come. */
const lateMs = 24 * 3_600_000;

/** Recordings and transcripts of interactions. The token goes to the address of recordings, to no other. */
export class Ecc6xRecordings {
  readonly #base: URL | undefined;
  readonly #client: HttpClient | undefined;
  readonly #downloads = new Semaphore(atOnce);

  constructor(config: Ecc6xConfig, context: ConnectorContext, { timeoutMs }: Patience = {}) {
    const { recording_base_url, recording_token, certificate_authority: certificateAuthority } = config;
    if (recording_base_url === undefined) return;
    this.#base = new URL(recording_base_url);
    this.#client = openHttpClient({
      ...{ context, base: this.#base, certificateAuthority, field: 'recording_base_url' },
      headers: recording_token === undefined ? {} : { authorization: `Bearer ${recording_token}` },
      failureOf: (answer) => this.#refusal(answer, recording_token !== undefined),
      // Who fetches many recordings has other work meanwhile: longer waits are for the queue.
      rateLimitWaitMs: 30_000,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  }

  /** Throws `recording_not_yet` where it may still come, `not_audio` for a page instead of a recording. */
  open(ref: RecordingRef): Promise<ByteStream> {
    return limitedStream(this.#downloads, () => this.#open(ref));
  }

  /** The status that the address itself answers with: any is a sign of life. */
  async reach(): Promise<number> {
    const { base, client } = this.#required('');
    return (await client.send({ path: base, maxBytes: Number.MAX_SAFE_INTEGER })).status;
  }

  async #open({ path: reference, field = 'audio_url' }: RecordingRef): Promise<ByteStream> {
    const { path, startedAtMs } = readReference(reference);
    const { base, client } = this.#required(path);
    const url = addressIn(path, base);
    try {
      const answer = await client.stream({ path: url });
      // What a transcript is, is found out by its text.
      const body = field === 'transcript_url' ? answer.body : await recordingBody(url, answer, advice);
      const begun = await beginningWithBytes(body);
      if (!begun) throw notThere(url, field, startedAtMs, `answers ${answer.status} without anything in it`);
      return begun;
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'path_missing') throw thrown;
      throw notThere(url, field, startedAtMs, 'has none there (404)');
    }
  }

  #required(path: string): { base: URL; client: HttpClient } {
    if (this.#base && this.#client) return { base: this.#base, client: this.#client };
    throw new AppError(
      'invalid',
      `"${path.slice(0, 200)}" names no server, and the connector does not say where recordings are. Enter the address of recordings.`,
      { field: 'recording_base_url' },
    );
  }

  #refusal(answer: FailedAnswer, hasToken: boolean): AppError | undefined {
    const { status, url } = answer;
    // Of another server, to which a redirect led, the token was kept.
    if (url.origin !== this.#base?.origin || (status !== 401 && status !== 403)) return undefined;
    const { code, cause } = statusFailure(answer);
    const message = !hasToken
      ? `${url.host} does not give recordings without a sign-in (${status}). Enter a token for recordings.`
      : status === 401
        ? `${url.host} refused the token for recordings (401). Enter a new one; it may have ended.`
        : `${url.host} knows the token for recordings but does not let it read this one (403). Give its user the right to recordings.`;
    return new AppError(code, message, { cause, field: 'recording_token' });
  }
}

const advice = 'Check the address of recordings and its token.';

/** The same bytes, or undefined where there are none: an answer may be empty whatever its status says. */
async function beginningWithBytes(body: ByteStream): Promise<ByteStream | undefined> {
  const pieces = body[Symbol.asyncIterator]();
  const first = await pieces.next();
  if (first.done) return undefined;
  const whole = (async function* () {
    yield first.value;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  })();
  return endable(whole, () => void pieces.return?.());
}

function addressIn(path: string, base: URL): URL {
  const folder = new URL(base);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  if (URL.canParse(path, folder.href)) return new URL(path, folder.href);
  throw new AppError('path_missing', `"${path.slice(0, 200)}" is no address of a recording.`);
}

function notThere(url: URL, field: string, startedAtMs: number | undefined, what: string): AppError {
  const content = field === 'transcript_url' ? 'transcript' : 'recording';
  const told = `${url.host} ${what}: ${url.pathname}.`;
  return startedAtMs === undefined || Date.now() - startedAtMs < lateMs
    ? new AppError('recording_not_yet', `${told} The ${content} may come some minutes after its event.`)
    : new AppError(
        'path_missing',
        `${told} The interaction is more than a day old, so its ${content} was deleted, or there never was one.`,
      );
}
