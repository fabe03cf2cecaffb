import { AppError } from '../../../../shared/error.ts';
import type { ByteStream } from '../../../byte-stream.ts';
import type { ConnectorContext } from '../../connector.ts';
import type { HttpClient } from '../../http/client.ts';
import type { VoiceLogReference } from '../reference.ts';
import type { ArchiverConfig } from '../voice-log-config.ts';
import { isAboutAbsence, readAnswer } from './answer.ts';
import { isMissing, openServer } from './server.ts';
import type { VoiceLogSettings } from './voice-log.ts';

/** Recordings that the live server does not have any more, by the leg. It asks for no sign-in. */
export class Archiver {
  readonly #config: ArchiverConfig;
  readonly #http: HttpClient;

  constructor(config: ArchiverConfig & { base_url: string }, settings: VoiceLogSettings, context: ConnectorContext) {
    this.#config = config;
    this.#http = openServer(config.base_url, 'voice_log.archiver.base_url', settings, context);
  }

  /** Undefined where it has none, and for a row that does not say its leg. */
  async open({ callId }: VoiceLogReference): Promise<ByteStream | undefined> {
    if (callId === undefined) return undefined;
    const { path, storage_path, file_id } = this.#config;
    const dacxURI = `${storage_path.replace(/\/+$/, '')}/${callId}`;
    try {
      const { body } = await this.#http.stream({
        path: path.replace(/^\/+/, ''),
        query: { dacxURI, fileId: file_id, errorHandle: true, mediaType: 'AUDIO' },
      });
      return await audioIn(body);
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
      throw thrown;
    }
  }
}

async function audioIn(body: ByteStream): Promise<ByteStream | undefined> {
  const answer = await readAnswer(body);
  if (answer.kind === 'audio') return answer.content;
  if (answer.kind === 'empty' || answer.kind === 'null') return undefined;
  if (answer.kind === 'error' && isAboutAbsence(answer.reason)) return undefined;
  const said = answer.kind === 'error' ? answer.reason : 'an HTML page';
  throw new AppError(
    'http_unavailable',
    `The archiver answers with ${said} instead of a recording. If it lasts, ask those who run ECC.`,
  );
}
