import { AppError } from '../../../../shared/error.ts';
import type { ByteStream } from '../../../byte-stream.ts';
import type { ConnectorContext } from '../../connector.ts';
import type { VoiceLogReference } from '../reference.ts';
import type { VoiceLogConfig } from '../voice-log-config.ts';
import { Archiver } from './archiver.ts';
import { HashKeyApi } from './hash-key.ts';
import { RestV4Api } from './rest-v4.ts';

export interface VoiceLogSettings {
  certificate_authority?: string | undefined;
  timeoutMs?: number | undefined;
}

/** One of ECC's APIs that recordings are fetched by. */
export interface VoiceLogApi {
  /** Throws `sign_in_refused`, and what a server that cannot be reached throws. */
  signIn(): Promise<void>;
  /** The recording's bytes, or undefined where there is none, or none yet. */
  open(reference: VoiceLogReference): Promise<ByteStream | undefined>;
}

/** Recordings come up to 25 minutes after the call; servers that are behind may need hours. */
const lateMs = 24 * 3600_000;

/** Fetches recordings from the live server, and from the archiver what that has not any more. */
export class VoiceLog {
  readonly #api: VoiceLogApi;
  readonly #archiver: Archiver | undefined;

  constructor(config: VoiceLogConfig, settings: VoiceLogSettings, context: ConnectorContext) {
    this.#api =
      config.api === 'rest_v4' ? new RestV4Api(config, settings, context) : new HashKeyApi(config, settings, context);
    const { base_url } = config.archiver;
    this.#archiver = base_url ? new Archiver({ ...config.archiver, base_url }, settings, context) : undefined;
  }

  signIn(): Promise<void> {
    return this.#api.signIn();
  }

  /** Throws `recording_not_yet` for a call of the last day, and `path_missing` for an older one. */
  async open(reference: VoiceLogReference): Promise<ByteStream> {
    const live = await this.#api.open(reference);
    if (live) return live;
    const archived = await this.#archiver?.open(reference);
    if (archived) return archived;
    throw this.#missing(reference);
  }

  #missing({ crtObjectId, callId, startedAtMs }: VoiceLogReference): AppError {
    if (startedAtMs === undefined || Date.now() - startedAtMs < lateMs)
      return new AppError(
        'recording_not_yet',
        `ECC has no recording of ${crtObjectId} yet. Its voice logger (VLA) needs up to 25 minutes after a call. It will be asked again.`,
      );
    const archiver = !this.#archiver
      ? 'Older ones lie in the archiver: enter its address.'
      : callId === undefined
        ? 'The archiver goes by the call id of the leg, which the row does not have.'
        : 'The archiver has none either.';
    return new AppError(
      'path_missing',
      `ECC has no recording of ${crtObjectId}. The call was not recorded, or it is older than the one to two weeks for which the live server keeps recordings. ${archiver}`,
    );
  }
}
