import { z } from 'zod';
import type { CheckStep, Direction } from '../../../shared/connector.ts';
import { AppError } from '../../../shared/error.ts';
import { sniffAudio } from '../../analysis/media/sniff.ts';
import { firstBytes } from '../calls/first-bytes.ts';
import { connectionSteps, passed, type Told, tried } from '../check-steps.ts';
import type { ConnectorContext } from '../connector.ts';
import { type ApiOptions, GenesysApi } from './api.ts';
import { addressesOf, type GenesysConfig } from './config.ts';
import type { Conversation } from './conversation.ts';
import { filtersOf, type Plan, planOf } from './plan.ts';
import { firstQueried } from './query.ts';
import { GenesysRecordings } from './recordings.ts';
import { Selection } from './selection.ts';

const dayMs = 86_400_000;
const looksAtMost = 100;
/** Somebody looks on. */
const patienceMs = 10_000;

/** Tries what an import needs and tells each step; the first that fails is the last. */
export async function* checkGenesys(
  config: GenesysConfig,
  _direction: Direction,
  context: ConnectorContext,
  given: ApiOptions = {},
): AsyncGenerator<CheckStep> {
  const options = { rateLimitWaitMs: patienceMs, ...given };
  const api = new GenesysApi(config, context, options);
  const found = await lastDay(api, config, context).catch((error: unknown) => AppError.from(error));
  const { login, api: platform } = addressesOf(config);
  yield* connectionSteps(found instanceof AppError ? found : undefined, {
    reached: `${login.host} and ${platform.host} answer.`,
    signedIn: `Signed in as the OAuth client ${config.client_id}.`,
    // A permission is missing for what is asked, not for the sign-in.
    notSignedIn: ['sign_in_refused'],
  });
  if (found instanceof AppError) return;
  yield passed('list', ...listed(found));
  const recordings = new GenesysRecordings(config, context, api, options);
  const [conversation] = found.taken;
  yield* tried('recording', () => (conversation ? recorded(recordings, conversation) : mayRead(api)));
}

interface Found {
  plan: Plan;
  total: number;
  looked: number;
  /** Of the first ones. */
  taken: Conversation[];
}

/** What began within the last 24 hours. */
async function lastDay(api: GenesysApi, config: GenesysConfig, context: ConnectorContext): Promise<Found> {
  await api.signIn();
  const plan = await planOf(api, config, context.log);
  const end = new Date();
  const interval = { start: new Date(end.getTime() - dayMs), end };
  const { conversations, total } = await firstQueried(api, filtersOf(plan), interval, looksAtMost);
  const selection = new Selection(plan, interval);
  const taken = conversations.filter((conversation) => typeof selection.choose(conversation) !== 'string');
  return { plan, total, looked: conversations.length, taken };
}

function listed({ plan, total, looked, taken }: Found): [string, NonNullable<CheckStep['details']>] {
  const queues = [...plan.queues.keys()].map((id) => plan.queueNames.nameOf(id) ?? id);
  const details = { call_count: total, ...(queues.length > 0 ? { queues } : {}) };
  const among = queues.length > 0 ? ` in ${queues.length === 1 ? 'the queue' : 'the queues'} ${queues.join(', ')}` : '';
  const guesses = plan.guesses.map((guess) => ` ${guess}`).join('');
  if (total === 0) return [`No conversation within the last 24 hours${among}.${guesses}`, details];
  const of = looked < total ? `the first ${looked}` : 'them';
  return [
    `${total} conversations within the last 24 hours${among}; of ${of}, ${taken.length} are taken: ended, recorded, and as the settings want them.${guesses}`,
    details,
  ];
}

async function recorded(recordings: GenesysRecordings, { conversationId }: Conversation): Promise<Told> {
  const itemKey = new Date().toISOString().slice(0, 10);
  try {
    const { container } = sniffAudio(await firstBytes(await recordings.open({ path: conversationId, itemKey })));
    return { message: `The recording of the conversation ${conversationId} can be read (${container}).` };
  } catch (thrown) {
    const error = AppError.from(thrown);
    if (error.code !== 'recording_not_yet') throw error;
    return {
      message: `The recording of the conversation ${conversationId} is not there yet; it will be fetched when it is.`,
    };
  }
}

/** There is no call to try, but the permission can be: it is looked at before the conversation is. */
async function mayRead(api: GenesysApi): Promise<Told> {
  const nobody = '00000000-0000-4000-8000-000000000000';
  try {
    await api.json(z.unknown(), { path: `/api/v2/conversations/${nobody}/recordingmetadata` });
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'path_missing') throw thrown;
  }
  return { message: 'Recordings may be read; there was no call whose recording could be tried.' };
}
