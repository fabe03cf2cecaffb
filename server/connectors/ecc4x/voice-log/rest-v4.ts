import { AppError } from '../../../../shared/error.ts';
import { notAudio } from '../../../analysis/media/sniff.ts';
import type { ByteStream } from '../../../byte-stream.ts';
import type { ConnectorContext } from '../../connector.ts';
import type { HttpClient } from '../../http/client.ts';
import { type FailedAnswer, statusFailure } from '../../http/status.ts';
import type { VoiceLogReference } from '../reference.ts';
import type { RestV4Config } from '../voice-log-config.ts';
import { isAboutAbsence, isAboutSession, readAnswer } from './answer.ts';
import { loginFailure } from './login-failure.ts';
import { isMissing, openServer } from './server.ts';
import { sessionIn } from './session.ts';
import type { VoiceLogApi, VoiceLogSettings } from './voice-log.ts';

/** Of a failed sign-in's words. */
const wordsLengthMost = 2048;

/** Thrown inside of this file alone: the session was good once and is not any more. */
class SessionEnded extends Error {
  /** Whether a page came where a recording was due. */
  readonly isPage: boolean;

  constructor(said: string, { isPage = false } = {}) {
    super(said);
    this.isPage = isPage;
  }
}

/** developer.exotel.com: "Login API" and "Voicelogs API" of the contact center APIs, version 4. */
export class RestV4Api implements VoiceLogApi {
  readonly #config: RestV4Config;
  readonly #http: HttpClient;
  /** For signing in, whose failures mean something else. */
  readonly #door: HttpClient;
  #session: Promise<string> | undefined;

  constructor(config: RestV4Config, settings: VoiceLogSettings, context: ConnectorContext) {
    this.#config = config;
    const open = (more = {}) => openServer(config.base_url, 'voice_log.base_url', settings, context, more);
    this.#http = open();
    this.#door = open({ failureOf: (answer: FailedAnswer) => loginFailure(answer, config) });
  }

  async signIn(): Promise<void> {
    await this.#currentSession();
  }

  async open(reference: VoiceLogReference): Promise<ByteStream | undefined> {
    const campaignId = reference.campaignId ?? this.#config.campaign_id;
    if (campaignId === undefined) throw this.#campaignMissing(reference);
    const session = this.#currentSession();
    try {
      return await this.#download(reference, campaignId, await session);
    } catch (thrown) {
      if (!(thrown instanceof SessionEnded)) throw thrown;
      return await this.#downloadAgain(reference, campaignId, session);
    }
  }

  /** Once: a session that is over at once was ended by somebody else's. */
  async #downloadAgain(reference: VoiceLogReference, campaignId: string, old: Promise<string>) {
    if (this.#session === old) this.#session = undefined;
    try {
      return await this.#download(reference, campaignId, await this.#currentSession());
    } catch (thrown) {
      if (!(thrown instanceof SessionEnded)) throw thrown;
      // With a new session it is not the session that the page is about.
      if (thrown.isPage) throw notAudio('it is an HTML page, also after a new sign-in');
      throw new AppError(
        'http_unavailable',
        `ECC ends the session of "${this.#config.user_id}" as soon as it is opened (${thrown.message}). Somebody else seems to sign in with this user id; give this connector one of its own.`,
        { cause: thrown, field: 'voice_log.user_id' },
      );
    }
  }

  /** One for all downloads at the same time. */
  #currentSession(): Promise<string> {
    if (this.#session) return this.#session;
    const session = this.#login();
    this.#session = session;
    session.catch(() => {
      if (this.#session === session) this.#session = undefined;
    });
    return session;
  }

  async #login(): Promise<string> {
    const { base_url, user_id, password, force_login, terminal_info } = this.#config;
    const body = { userId: user_id, token: password, forceLogin: force_login, terminalInfo: terminal_info };
    const path = 'ameyorestapi/session/userLogin';
    const answer = await this.#door.send({ method: 'POST', path, body, maxBytes: 1_000_000 });
    const url = new URL(`${base_url.replace(/\/+$/, '')}/${path}`);
    if (answer.status >= 200 && answer.status < 300) return sessionIn(answer, url);
    const failed = { ...answer, url, text: answer.text.slice(0, wordsLengthMost) };
    throw loginFailure(failed, this.#config) ?? statusFailure(failed);
  }

  async #download(
    { crtObjectId, callId }: VoiceLogReference,
    campaignId: string,
    session: string,
  ): Promise<ByteStream | undefined> {
    const { target_format } = this.#config;
    // All four have to be there; a row without a leg leaves the last one empty.
    const filters = callId === undefined ? '{}' : `{callId:${callId}}`;
    try {
      const { body } = await this.#http.stream({
        path: 'ameyorestapi/cc/downloadVoiceLog',
        query: { campaignId, crtObjectId, targetFormat: target_format, filters },
        headers: { SessionId: session },
      });
      return await this.#audioIn(body);
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
      if (thrown instanceof AppError && thrown.code === 'sign_in_refused') throw new SessionEnded(thrown.message);
      throw thrown;
    }
  }

  async #audioIn(body: ByteStream): Promise<ByteStream | undefined> {
    const answer = await readAnswer(body);
    switch (answer.kind) {
      case 'audio':
        return answer.content;
      case 'empty':
        return undefined;
      case 'page':
        throw new SessionEnded('it answers with a page to sign in at', { isPage: true });
      case 'null':
        throw new SessionEnded('it answers "null"');
      case 'error':
        if (isAboutSession(answer.reason)) throw new SessionEnded(answer.reason);
        if (isAboutAbsence(answer.reason)) return undefined;
        throw new AppError(
          'http_unavailable',
          `ECC could not give the recording (${answer.reason}). If it lasts, ask those who run ECC.`,
        );
    }
  }

  #campaignMissing({ crtObjectId }: VoiceLogReference): AppError {
    return new AppError(
      'invalid',
      `The row of ${crtObjectId} names no campaign, and the REST API v4 gives no recording without one. Add the column "${this.#config.campaign_id_column}", or enter a campaign id for rows that have none.`,
      { field: 'voice_log.campaign_id' },
    );
  }
}
