import { z } from 'zod';
import { AppError } from '../../../shared/error.ts';
import { isWebLink } from '../../../shared/link.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { CallGroup } from '../../call-group.ts';
import { Semaphore } from '../../semaphore.ts';
import { isStillToCome } from '../calls/late.ts';
import { recordingBody } from '../calls/recording-body.ts';
import type { ConnectorContext, RecordingRef } from '../connector.ts';
import { type HttpClient, openHttpClient } from '../http/client.ts';
import { limitedStream } from '../limited-stream.ts';
import type { ApiOptions, GenesysApi } from './api.ts';
import { type BatchAnswer, type BatchResult, batchAnswers, batchSizeMost } from './batch.ts';
import { addressesOf, type GenesysConfig } from './config.ts';
import { batchFailure, noRecording, unfinished } from './recording-failure.ts';

const atOnce = 6;

const recordingMetadataSchema = z.array(
  z.object({
    id: z.string(),
    startTime: z.string().nullish(),
    endTime: z.string().nullish(),
    fileState: z.string().nullish(),
  }),
);
type RecordingMetadata = z.infer<typeof recordingMetadataSchema>[number];

/**
 * Recordings of conversations, asked for by batch and in their own codec. Links to them are signed and lead out of
 * Genesys: they are fetched at once, and nothing of ours is sent along.
 */
export class GenesysRecordings {
  readonly #api: GenesysApi;
  readonly #timezone: string;
  readonly #links: HttpClient;
  readonly #batches: CallGroup<string, BatchAnswer>;
  readonly #downloads = new Semaphore(atOnce);

  constructor(config: GenesysConfig, context: ConnectorContext, api: GenesysApi, options: ApiOptions = {}) {
    const { timeoutMs } = options;
    this.#api = api;
    this.#timezone = config.timezone ?? context.timezone;
    this.#links = openHttpClient({
      context,
      base: addressesOf(config).api,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    this.#batches = new CallGroup((ids: string[]) => batchAnswers(api, ids, options), batchSizeMost);
  }

  /** Throws `recording_not_yet` where it will come later, `path_missing` where it will not, `not_audio` for a page. */
  async open({ path, itemKey }: RecordingRef): Promise<ByteStream> {
    if (!/^[A-Za-z0-9_-]{1,128}$/.test(path))
      throw new AppError('invalid', `"${path.slice(0, 200)}" names no conversation of Genesys.`);
    const link = await this.#linkTo(path, itemKey);
    return await limitedStream(this.#downloads, () => this.#fetch(link, path, itemKey));
  }

  async #linkTo(conversationId: string, day: string): Promise<URL> {
    const { results, isWhole } = await this.#batches.add(conversationId);
    if (!isWhole) await this.#requireAll(conversationId, day, results);
    const { resultUrl } = await this.#chosen(conversationId, day, results);
    if (resultUrl && isWebLink(resultUrl)) return new URL(resultUrl);
    throw new AppError('protocol_error', `Genesys names no link to the recording of ${conversationId}.`);
  }

  /** Throws `http_unavailable`, or `recording_not_yet`, where there are recordings that are not among the results. */
  async #requireAll(conversationId: string, day: string, results: BatchResult[]): Promise<void> {
    const come = new Set(results.map(({ recordingId }) => recordingId));
    const known = await this.#known(conversationId);
    if (known.some(({ id, fileState }) => !come.has(id) && fileState !== 'DELETED'))
      throw unfinished(conversationId, isStillToCome(day, this.#timezone));
  }

  async #chosen(conversationId: string, day: string, results: BatchResult[]): Promise<BatchResult> {
    const [first, ...others] = results.filter(isAudio);
    if (first) return others.length === 0 ? first : await this.#longest(conversationId, [first, ...others]);
    const isLate = isStillToCome(day, this.#timezone);
    const said = results.map(({ errorMsg }) => errorMsg).find((message) => message);
    throw said ? batchFailure(conversationId, said, isLate) : noRecording(conversationId, isLate);
  }

  /** An interaction has one recording: of several the longest, by what is known of them. */
  async #longest(conversationId: string, results: [BatchResult, ...BatchResult[]]): Promise<BatchResult> {
    const known = await this.#known(conversationId);
    const lengths = new Map(
      known.map(({ id, startTime, endTime }) => [id, Date.parse(endTime ?? '') - Date.parse(startTime ?? '') || 0]),
    );
    const lengthOf = ({ recordingId }: BatchResult) => lengths.get(recordingId ?? '') ?? -1;
    // Their order changes from batch to batch; the same one must be taken each time.
    const inOrder = results.toSorted((a, b) => ((a.recordingId ?? '') < (b.recordingId ?? '') ? -1 : 1));
    return inOrder.reduce((longest, result) => (lengthOf(result) > lengthOf(longest) ? result : longest));
  }

  /** What Genesys has recorded of a conversation, whether it can be downloaded now or not. */
  async #known(conversationId: string): Promise<RecordingMetadata[]> {
    const path = `/api/v2/conversations/${encodeURIComponent(conversationId)}/recordingmetadata`;
    try {
      return await this.#api.json(recordingMetadataSchema, { path });
    } catch (thrown) {
      // Of a conversation that it does not know it has recorded nothing.
      if (thrown instanceof AppError && thrown.code === 'path_missing') return [];
      throw thrown;
    }
  }

  /** A link lives as short as two minutes, by the organisation's setting: one that has died is asked for once more. */
  async #fetch(link: URL, conversationId: string, day: string): Promise<ByteStream> {
    try {
      return await this.#stream(link);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || !deadLink.includes(thrown.code)) throw thrown;
      return await this.#stream(await this.#linkTo(conversationId, day)).catch((again: unknown) => {
        throw refused(AppError.from(again), link);
      });
    }
  }

  async #stream(link: URL): Promise<ByteStream> {
    return await recordingBody(
      link,
      await this.#links.stream({ path: link }),
      'Where a proxy is in between, let it pass this host.',
    );
  }
}

const deadLink: readonly string[] = ['permission_denied', 'path_missing', 'sign_in_refused'];

/** Screen recordings and the texts of chats are no calls. */
function isAudio({ resultUrl, contentType, errorMsg }: BatchResult): boolean {
  return Boolean(resultUrl) && !errorMsg && !/^(video|text|image)\/|json/i.test(contentType ?? '');
}

function refused(error: AppError, { host }: URL): AppError {
  if (!deadLink.includes(error.code)) return error;
  return new AppError(
    'http_unavailable',
    `${host} refused a link that Genesys had just given for a recording. If it lasts, ask Genesys about it.`,
    { cause: error },
  );
}
