import { z } from 'zod';
import { AppError } from '../../../shared/error.ts';
import type { ApiOptions, GenesysApi } from './api.ts';
import { type Conversation, conversationSchema, type Interval, intervalText } from './conversation.ts';

const path = '/api/v2/analytics/conversations/details/jobs';
const jobSchema = z.object({ jobId: z.string().min(1) });
const statusSchema = z.object({ state: z.string(), errorMessage: z.string().nullish() });
const resultsSchema = z.object({ conversations: z.array(conversationSchema).nullish(), cursor: z.string().nullish() });
const availabilitySchema = z.object({ dataAvailabilityDate: z.string() });

/** Conversations are large; so many are held at once. The API would give 1,000. */
const pageSize = 250;
const firstPauseMs = 3000;
const longestPauseMs = 30_000;
const longestMs = 2 * 3_600_000;
const order = { order: 'asc', orderBy: 'conversationStart' };

/** Until when the data of asynchronous jobs is complete: some hours to a day ago. */
export async function completeUntil(api: GenesysApi): Promise<Date> {
  const { dataAvailabilityDate } = await api.json(availabilitySchema, { path: `${path}/availability` });
  return new Date(dataAvailabilityDate);
}

/**
 * Conversations that began or ended within the interval, by an asynchronous job: of any age, with participant attributes,
 * and one maybe twice.
 */
export async function* jobPages(
  api: GenesysApi,
  filters: object,
  interval: Interval,
  options: ApiOptions,
): AsyncGenerator<Conversation[]> {
  const body = { interval: intervalText(interval), ...order, ...filters };
  const { jobId } = await api.json(jobSchema, { method: 'POST', path, body });
  const job = `${path}/${encodeURIComponent(jobId)}`;
  await fulfilled(api, job, options);
  for (let cursor: string | undefined; ; ) {
    const results = await api.json(resultsSchema, { path: `${job}/results`, query: { pageSize, cursor } });
    yield results.conversations ?? [];
    if (!results.cursor) return;
    if (results.cursor === cursor) throw new AppError('protocol_error', `The results of job ${jobId} do not go on.`);
    cursor = results.cursor;
  }
}

async function fulfilled(api: GenesysApi, job: string, { pollMs = firstPauseMs }: ApiOptions): Promise<void> {
  const startedAtMs = performance.now();
  for (let pauseMs = pollMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    await api.pause(pauseMs);
    const { state, errorMessage } = await api.json(statusSchema, { path: job });
    if (state === 'FULFILLED') return;
    if (!['QUEUED', 'PENDING'].includes(state)) throw ended(state, errorMessage ?? '');
    if (performance.now() - startedAtMs > longestMs)
      throw new AppError(
        'http_unavailable',
        'Genesys has not finished its job for a day of conversations within two hours. It is tried again by the next run.',
      );
  }
}

const reasons: Record<string, string> = {
  FAILED: 'Genesys could not carry out its job for this day of conversations.',
  CANCELLED: 'The job for this day of conversations was cancelled in Genesys.',
  EXPIRED: 'The results of the job for this day of conversations expired before they were read.',
};

function ended(state: string, said: string): AppError {
  const what = reasons[state] ?? `The job for this day of conversations is in the unknown state ${state.slice(0, 50)}.`;
  const quote = said === '' ? '' : ` Genesys says: "${said.slice(0, 300)}".`;
  return new AppError('http_unavailable', `${what}${quote} The next run tries it again.`);
}
