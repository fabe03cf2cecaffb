import { AppError } from '../../../shared/error.ts';
import { isWebLink } from '../../../shared/link.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { Semaphore } from '../../semaphore.ts';
import { isStillToCome } from '../calls/late.ts';
import { recordingBody } from '../calls/recording-body.ts';
import { WallClock } from '../calls/wall-clock.ts';
import type { ConnectorContext, RecordingRef } from '../connector.ts';
import { type HttpClient, openHttpClient } from '../http/client.ts';
import { limitedStream } from '../limited-stream.ts';
import { type ApiOptions, basicAuthorization, type Call, type ExotelApi } from './api.ts';
import { textOf } from './call-row.ts';
import type { ExoliteConfig } from './config.ts';
import { addressOf, mayHaveKeys } from './recording-hosts.ts';
import { type Place, placeOf } from './reference.ts';

const atOnce = 6;

/**
 * Recordings of calls. API key and token are sent to the recordings host and to the API's; where a recording lies
 * elsewhere (older ones in S3) it is asked for without. Where neither opens it, the call is asked for its pre-signed link.
 */
export class ExotelRecordings {
  readonly #config: ExoliteConfig;
  readonly #api: ExotelApi;
  readonly #client: HttpClient;
  readonly #keys: Record<string, string>;
  readonly #downloads = new Semaphore(atOnce);
  /** Pre-signed links were the way in, so they are asked for at once from now on. */
  #prefersSigned = false;

  constructor(config: ExoliteConfig, context: ConnectorContext, api: ExotelApi, options: ApiOptions = {}) {
    this.#config = config;
    this.#api = api;
    this.#keys = { authorization: basicAuthorization(config) };
    this.#client = openHttpClient({
      context,
      base: new URL(config.recordings_url),
      field: 'recordings_url',
      // Who fetches many recordings has other work meanwhile: longer waits are for the queue.
      rateLimitWaitMs: 30_000,
      ...options,
    });
  }

  /** Throws `recording_not_yet` where it will come later, `not_audio` for a page instead of a recording. */
  open({ path, itemKey }: RecordingRef): Promise<ByteStream> {
    const place = placeOf(path);
    return limitedStream(this.#downloads, () => this.#open(place, itemKey));
  }

  async #open({ sid, url }: Place, day: string): Promise<ByteStream> {
    if (!url || this.#prefersSigned) return await this.#openAnew(sid, day, undefined);
    try {
      return await this.#fetch(url, day);
    } catch (thrown) {
      const error = AppError.from(thrown);
      if (!isRefusal(error)) throw error;
      return await this.#openAnew(sid, day, { url, error });
    }
  }

  /** By what the call says now. */
  async #openAnew(sid: string, day: string, refused: Refused | undefined): Promise<ByteStream> {
    const call = await this.#api.call(sid);
    const signed = linkIn(call, 'PreSignedRecordingUrl');
    if (!signed && refused) throw this.#refusal(refused, call);
    const url = signed ?? linkIn(call, 'RecordingUrl');
    if (!url) throw notThere(`Exotel names no recording of the call ${sid}`, isStillToCome(day, this.#config.timezone));
    try {
      const body = await this.#fetch(url, day);
      this.#prefersSigned ||= signed !== undefined;
      return body;
    } catch (thrown) {
      const error = AppError.from(thrown);
      throw isRefusal(error) ? this.#refusal({ url, error }, call) : error;
    }
  }

  async #fetch(link: URL, day: string): Promise<ByteStream> {
    const url = addressOf(this.#config, link);
    const headers = mayHaveKeys(this.#config, url) ? this.#keys : {};
    try {
      return await recordingBody(
        url,
        await this.#client.stream({ path: url, headers }),
        'Check the recordings address.',
      );
    } catch (thrown) {
      const error = AppError.from(thrown);
      if (error.code !== 'path_missing') throw error;
      throw notThere(`${url.host} has no recording at ${url.pathname}`, isStillToCome(day, this.#config.timezone));
    }
  }

  #refusal({ url, error }: Refused, call: Call): AppError {
    const isOurs = mayHaveKeys(this.#config, addressOf(this.#config, url));
    // Elsewhere, in S3, 403 is also the answer to a stranger who asks for what is not there yet.
    if (!isOurs && hasJustEnded(call, this.#config.timezone)) return notThere(`${url.host} has no recording yet`, true);
    const message = isOurs
      ? `${url.host} refused the recording to API key and token, and the account gives no pre-signed links. Ask Exotel to let this API key read recordings, or for the feature PreSignedRecordingUrl.`
      : `${url.host} keeps the recording closed; API key and token are not sent there. Ask Exotel for the feature PreSignedRecordingUrl, or to allow our addresses.`;
    return new AppError(error.code, message, { cause: error });
  }
}

interface Refused {
  url: URL;
  error: AppError;
}

const justMs = 3_600_000;

function hasJustEnded(call: Call, timezone: string): boolean {
  const endedAt = new WallClock(timezone).withOffset(textOf(call, 'EndTime') ?? '');
  return endedAt !== undefined && Date.now() - Date.parse(endedAt) < justMs;
}

function isRefusal({ code }: AppError): boolean {
  return code === 'sign_in_refused' || code === 'permission_denied';
}

function linkIn(call: Call, name: string): URL | undefined {
  const link = textOf(call, name);
  return link !== undefined && isWebLink(link) ? new URL(link) : undefined;
}

function notThere(what: string, isLate: boolean): AppError {
  return isLate
    ? new AppError('recording_not_yet', `${what}. Exotel has recordings some minutes after a call.`)
    : new AppError('path_missing', `${what}, long after the call: it was not recorded, or was deleted.`);
}
