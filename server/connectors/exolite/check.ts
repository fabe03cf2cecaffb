import type { CheckStep, Direction } from '../../../shared/connector.ts';
import { AppError } from '../../../shared/error.ts';
import { sniffAudio } from '../../analysis/media/sniff.ts';
import { daySlice } from '../calls/day-slices.ts';
import { firstBytes } from '../calls/first-bytes.ts';
import { WallClock } from '../calls/wall-clock.ts';
import { connectionSteps, passed, type Told, tried } from '../check-steps.ts';
import type { ConnectorContext } from '../connector.ts';
import { type ApiOptions, type Call, type CallPage, ExotelApi } from './api.ts';
import { leavingOf, textOf } from './call-row.ts';
import type { ExoliteConfig } from './config.ts';
import { ExotelRecordings } from './recordings.ts';
import { referenceOf } from './reference.ts';

const dayMs = 86_400_000;
const sidsShown = 3;
/** Somebody looks on. */
const patienceMs = 10_000;

/** Tries what an import needs and tells each step; the first that fails is the last. */
export async function* checkExolite(
  config: ExoliteConfig,
  _direction: Direction,
  context: ConnectorContext,
  given: ApiOptions = {},
): AsyncGenerator<CheckStep> {
  const options = { rateLimitWaitMs: patienceMs, ...given };
  const api = new ExotelApi(config, context, options);
  const attempt = await lastDay(config, api).catch((error: unknown) => AppError.from(error));
  yield* connectionSteps(attempt instanceof AppError ? attempt : undefined, {
    reached: `${config.base_url} answers.`,
    signedIn: `Signed in to the account ${config.account_sid}.`,
    notSignedIn: ['sign_in_refused', 'permission_denied', 'path_missing'],
  });
  if (attempt instanceof AppError) return;
  yield passed('list', ...listed(attempt, config));
  const call = attempt.calls.find((candidate) => leavingOf(candidate, config) === undefined);
  if (!call) return;
  const recordings = new ExotelRecordings(config, context, api, options);
  yield* tried('recording', () => beginningOf(recordings, call, config));
}

/** The first page of what was created within the last 24 hours. */
async function lastDay(config: ExoliteConfig, api: ExotelApi): Promise<CallPage> {
  const clock = new WallClock(config.timezone);
  const now = Date.now();
  for await (const page of api.pages(clock.textOf(new Date(now - dayMs)), clock.textOf(new Date(now)))) return page;
  return { total: 0, calls: [] };
}

function listed({ total, calls }: CallPage, config: ExoliteConfig): [string, NonNullable<CheckStep['details']>] {
  const count = total ?? calls.length;
  const taken = calls.filter((call) => leavingOf(call, config) === undefined).length;
  const first = calls.slice(0, sidsShown).map((call) => textOf(call, 'Sid') ?? '');
  const details = { calls: first, call_count: count };
  if (calls.length === 0) return ['No call ended within the last 24 hours.', details];
  const of = calls.length < count ? `the first ${calls.length}` : 'them';
  const shown = `${first.join(', ')}${count > first.length ? ', …' : ''}`;
  return [
    `${count} calls within the last 24 hours (${shown}); of ${of}, ${taken} are taken: with a recording, and as the settings want them.`,
    details,
  ];
}

async function beginningOf(recordings: ExotelRecordings, call: Call, { timezone }: ExoliteConfig): Promise<Told> {
  const sid = textOf(call, 'Sid') ?? '';
  const itemKey = (textOf(call, 'DateCreated') ?? '').slice(0, 10);
  const path = referenceOf(sid, textOf(call, 'RecordingUrl') ?? '');
  try {
    const { container } = sniffAudio(
      await firstBytes(await recordings.open({ path, itemKey: itemKey || today(timezone) })),
    );
    return { message: `The recording of the call ${sid} can be read (${container}).` };
  } catch (thrown) {
    const error = AppError.from(thrown);
    if (error.code !== 'recording_not_yet') throw error;
    return { message: `The recording of the call ${sid} is not there yet; it will be fetched when it is.` };
  }
}

function today(timezone: string): string {
  return daySlice(new WallClock(timezone).textOf(new Date()).slice(0, 10), timezone).key;
}
