import { AppError } from '../../../../shared/error.ts';
import { notAudio } from '../../../analysis/media/sniff.ts';
import type { ByteStream } from '../../../byte-stream.ts';
import type { ConnectorContext } from '../../connector.ts';
import { discard } from '../../http/body.ts';
import type { HttpClient } from '../../http/client.ts';
import type { VoiceLogReference } from '../reference.ts';
import type { HashKeyConfig } from '../voice-log-config.ts';
import { isAboutAbsence, isAboutSession, readAnswer } from './answer.ts';
import { isMissing, openServer } from './server.ts';
import type { VoiceLogApi, VoiceLogSettings } from './voice-log.ts';

/** In the form of a call SID, and none that was ever given. */
const nobodysCall = 'd000-00000000-vce-0';

/** The server let us in and says why there is no recording; thrown inside of this file alone. */
class RecordingRefused extends Error {}

/** Thrown inside of this file alone: there is no session, or no such recording; both look the same. */
class PageAnswered extends Error {}

/** The older command, as installations use it: three headers and no session. */
export class HashKeyApi implements VoiceLogApi {
  readonly #config: HashKeyConfig;
  readonly #http: HttpClient;

  constructor(config: HashKeyConfig, settings: VoiceLogSettings, context: ConnectorContext) {
    this.#config = config;
    this.#http = openServer(config.base_url, 'voice_log.base_url', settings, context, {
      headers: {
        'hash-key': config.hash_key,
        'policy-name': config.policy_name,
        'requesting-host': requestingHostOf(config),
      },
    });
  }

  /** There is no sign-in of its own: a key that may ask for a recording that is not there is a good one. */
  async signIn(): Promise<void> {
    try {
      const content = await this.#ask(nobodysCall);
      if (content) await discard(content);
    } catch (thrown) {
      if (isMissing(thrown)) throw this.#noCommand(thrown);
      if (thrown instanceof PageAnswered) throw this.#refused('it answers with a page to sign in at');
      if (!(thrown instanceof RecordingRefused)) throw thrown;
    }
  }

  async open({ crtObjectId }: VoiceLogReference): Promise<ByteStream | undefined> {
    try {
      return await this.#ask(crtObjectId);
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
      if (thrown instanceof PageAnswered) throw await this.#aboutPage();
      if (!(thrown instanceof RecordingRefused)) throw thrown;
      throw new AppError(
        'http_unavailable',
        `ECC could not give the recording (${thrown.message}). If it lasts, ask those who run ECC.`,
      );
    }
  }

  /** Where the key is good, the page is about this recording alone. */
  async #aboutPage(): Promise<AppError> {
    await this.signIn();
    return notAudio('it is an HTML page, although the hash key is good');
  }

  async #ask(crtObjectId: string): Promise<ByteStream | undefined> {
    const { command_path, target_format } = this.#config;
    // Not JSON: the command wants single quotes. What an id may hold was checked where it was read.
    const data = `{'crtObjectId':'${crtObjectId}','targetFormat':'${target_format}'}`;
    const request = { path: command_path.replace(/^\/+/, ''), query: { command: 'downloadVoiceLog', data } };
    const { body } = await this.#http.stream(request).catch((thrown: unknown) => {
      if (!(thrown instanceof AppError) || thrown.code !== 'sign_in_refused') throw thrown;
      throw this.#refused(thrown.message);
    });
    return await this.#audioIn(body);
  }

  async #audioIn(body: ByteStream): Promise<ByteStream | undefined> {
    const answer = await readAnswer(body);
    switch (answer.kind) {
      case 'audio':
        return answer.content;
      case 'empty':
        return undefined;
      case 'null':
        throw this.#refused('it answers "null", as it does to a wrong key');
      case 'page':
        throw new PageAnswered();
      case 'error':
        if (isAboutSession(answer.reason)) throw this.#refused(answer.reason);
        if (isAboutAbsence(answer.reason)) return undefined;
        throw new RecordingRefused(answer.reason);
    }
  }

  #refused(said: string): AppError {
    const { base_url } = this.#config;
    return new AppError(
      'sign_in_refused',
      `${new URL(base_url).host} refused the hash key (${said}). Enter it again, and check that it was given for "${requestingHostOf(this.#config)}" and that this policy is the one it belongs to.`,
      { field: 'voice_log.hash_key' },
    );
  }

  #noCommand(cause: unknown): AppError {
    const { base_url, command_path } = this.#config;
    return new AppError(
      'path_missing',
      `${new URL(base_url).host} has no ${command_path}. Check the address, its port and the path of the command.`,
      { cause, field: 'voice_log.command_path' },
    );
  }
}

/** Only our default where none is named: the host that is asked. */
function requestingHostOf({ base_url, requesting_host }: HashKeyConfig): string {
  return requesting_host ?? new URL(base_url).hostname;
}
