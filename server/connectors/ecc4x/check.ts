import type { CheckStep, Direction } from '../../../shared/connector.ts';
import { AppError, type ErrorCode } from '../../../shared/error.ts';
import { failed, notReached, passed, type Told, tried } from '../check-steps.ts';
import type { ConnectorContext } from '../connector.ts';
import type { Ecc4xConfig } from './config.ts';
import type { VoiceLogReference } from './reference.ts';
import type { RowSource } from './rows.ts';
import { lookAtRows, lookIntoInbox, type SampleCall } from './sample.ts';
import { type Patience, rowSourceOf } from './source.ts';
import { VoiceLog } from './voice-log/voice-log.ts';

/** Somebody looks on. */
const patienceMs = 15_000;

/** Tries what an import needs and tells each step; the first that fails is the last. */
export async function* checkEcc4x(
  config: Ecc4xConfig,
  _direction: Direction,
  context: ConnectorContext,
  given: Patience = {},
): AsyncGenerator<CheckStep> {
  const patience = { timeoutMs: patienceMs, ...given };
  const voiceLog = new VoiceLog(config.voice_log, { ...config, ...patience }, context);
  if (config.source.kind === 'sftp_report') yield* reportSteps(config, context, voiceLog);
  else yield* rowSteps(config, context, voiceLog, patience);
}

/** The inbox is ours, so there is nobody to reach but the voice log. */
async function* reportSteps(
  config: Ecc4xConfig,
  context: ConnectorContext,
  voiceLog: VoiceLog,
): AsyncGenerator<CheckStep> {
  const failure = await outcomeOf(voiceLog.signIn());
  const { host } = new URL(config.voice_log.base_url);
  if (failure && notReached.includes(failure.code)) return yield failed('reach', failure);
  yield passed('reach', answers(host));
  if (failure) return yield failed('voice_log', failure);
  yield passed('voice_log', letsUsIn(host));
  yield* tried('list', () => lookIntoInbox(config, context));
}

async function* rowSteps(
  config: Ecc4xConfig,
  context: ConnectorContext,
  voiceLog: VoiceLog,
  patience: Patience,
): AsyncGenerator<CheckStep> {
  const rows = rowSourceOf(config, context, patience);
  if (!(yield* reachSteps(rows, config))) return;
  let call: SampleCall | undefined;
  const list = yield* tried('list', async () => {
    const { told, first } = await lookAtRows(rows, config);
    call = first;
    return told;
  });
  if (list) yield* voiceLogSteps(voiceLog, config, call?.reference);
}

const answers = (place: string) => `${place} answers.`;
const letsUsIn = (place: string) => `${place} lets us in.`;
const refusing: readonly ErrorCode[] = ['sign_in_refused', 'permission_denied'];

/** Claims a sign-in only where the source has shown that it lets us in. Returns whether it can be asked for calls. */
async function* reachSteps(rows: RowSource, { source }: Ecc4xConfig): AsyncGenerator<CheckStep, boolean> {
  const failure = await outcomeOf(rows.reach());
  if (failure && notReached.includes(failure.code)) {
    yield failed('reach', failure);
    return false;
  }
  yield passed('reach', answers(rows.place));
  // To reach a database is to sign in and nothing else; an app server is asked for rows, and 404 says nothing of sign-ins.
  if (failure && (source.kind === 'database' || refusing.includes(failure.code))) yield failed('sign_in', failure);
  else if (!failure || failure.code === 'missing_columns') yield passed('sign_in', admission(rows.place, source));
  if (failure && source.kind !== 'database' && !refusing.includes(failure.code)) yield failed('list', failure);
  return failure === undefined;
}

function admission(place: string, source: Ecc4xConfig['source']): string {
  return source.kind === 'app_server' && source.auth.kind === 'none'
    ? `${place} lets us in without a sign-in.`
    : letsUsIn(place);
}

async function outcomeOf(act: Promise<void>): Promise<AppError | undefined> {
  try {
    await act;
    return undefined;
  } catch (thrown) {
    return AppError.from(thrown);
  }
}

const passing: readonly ErrorCode[] = ['recording_not_yet', 'path_missing'];

/** Signs in to the voice log, and asks it for a call that the source knows. */
async function* voiceLogSteps(
  voiceLog: VoiceLog,
  { voice_log }: Ecc4xConfig,
  reference: VoiceLogReference | undefined,
): AsyncGenerator<CheckStep> {
  const { host } = new URL(voice_log.base_url);
  const nothing = reference ? '' : ' There was no call to ask a recording of.';
  const isSignedIn = yield* tried('voice_log', async () => {
    await voiceLog.signIn();
    return { message: `${letsUsIn(host)}${nothing}` };
  });
  if (isSignedIn && reference) yield* tried('recording', () => beginningOf(voiceLog, host, reference));
}

async function beginningOf(voiceLog: VoiceLog, host: string, reference: VoiceLogReference): Promise<Told> {
  try {
    const content = await voiceLog.open(reference);
    for await (const _ of content) break;
    return { message: `${host} gives the recording of ${reference.crtObjectId}.` };
  } catch (thrown) {
    const error = AppError.from(thrown);
    if (!passing.includes(error.code)) throw error;
    return { message: error.message };
  }
}
