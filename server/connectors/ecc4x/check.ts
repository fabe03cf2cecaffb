import type { CheckStep, Direction } from '../../../shared/connector.ts';
import { AppError, type ErrorCode } from '../../../shared/error.ts';
import { connectionSteps, type Told, tried } from '../check-steps.ts';
import type { ConnectorContext } from '../connector.ts';
import type { Ecc4xConfig } from './config.ts';
import type { VoiceLogReference } from './reference.ts';
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
  const attempt = await outcomeOf(voiceLog.signIn());
  const place = new URL(config.voice_log.base_url).host;
  if (yield* connectionSteps(attempt, { ...toldOf(place), otherwise: 'sign_in' }))
    yield* tried('list', () => lookIntoInbox(config, context));
}

async function* rowSteps(
  config: Ecc4xConfig,
  context: ConnectorContext,
  voiceLog: VoiceLog,
  patience: Patience,
): AsyncGenerator<CheckStep> {
  const rows = rowSourceOf(config, context, patience);
  if (!(yield* connectionSteps(await outcomeOf(rows.reach()), toldOf(rows.place)))) return;
  let call: SampleCall | undefined;
  const list = yield* tried('list', async () => {
    const { told, first } = await lookAtRows(rows, config);
    call = first;
    return told;
  });
  if (list) yield* tried('recording', () => beginningOf(voiceLog, config, call?.reference));
}

function toldOf(place: string) {
  return { reached: `${place} answers.`, signedIn: `${place} lets us in.` };
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
async function beginningOf(
  voiceLog: VoiceLog,
  { voice_log }: Ecc4xConfig,
  reference: VoiceLogReference | undefined,
): Promise<Told> {
  const { host } = new URL(voice_log.base_url);
  await voiceLog.signIn();
  if (!reference) return { message: `${host} lets us in. There was no call to ask a recording of.` };
  try {
    const content = await voiceLog.open(reference);
    for await (const _ of content) break;
    return { message: `${host} lets us in and gives the recording of ${reference.crtObjectId}.` };
  } catch (thrown) {
    const error = AppError.from(thrown);
    if (!passing.includes(error.code)) throw error;
    return { message: `${host} lets us in. ${error.message}` };
  }
}
