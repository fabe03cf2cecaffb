import { z } from 'zod';
import type { ApiOptions, GenesysApi } from './api.ts';

const path = '/api/v2/recording/batchrequests';
const submittedSchema = z.object({ id: z.string().min(1) });
const resultSchema = z.object({
  conversationId: z.string().nullish(),
  recordingId: z.string().nullish(),
  resultUrl: z.string().nullish(),
  contentType: z.string().nullish(),
  errorMsg: z.string().nullish(),
});
const statusSchema = z.object({
  expectedResultCount: z.number().nullish(),
  resultCount: z.number().nullish(),
  results: z.array(resultSchema).nullish(),
});

/** One recording of a conversation, or why there is none. */
export type BatchResult = z.infer<typeof resultSchema>;

/** What has come of one conversation. */
export interface BatchAnswer {
  results: BatchResult[];
  /** Whether that is all there is; otherwise there may be recordings that are not among these. */
  isWhole: boolean;
}

/** The API takes no more in one request. */
export const batchSizeMost = 100;
const firstPauseMs = 500;
const longestPauseMs = 5000;
const longestMs = 2 * 60_000;
/** So many looks that find nothing new; about 20 s with the usual pauses. */
const calmRoundsMost = 6;

/**
 * What the API has of each of these conversations, in their order. It counts up what it will have, so the counts being
 * equal means the end only once every conversation has been heard of, or nothing more has come for a while. Before it has
 * begun to count, and when it takes too long, what has come is given as a part.
 */
export async function batchAnswers(
  api: GenesysApi,
  conversationIds: string[],
  options: ApiOptions,
): Promise<BatchAnswer[]> {
  const asked = [...new Set(conversationIds)];
  const body = { batchDownloadRequestList: asked.map((conversationId) => ({ conversationId })) };
  const { id } = await api.json(submittedSchema, { method: 'POST', path, body });
  const { results, isWhole } = await settled(api, id, asked, options);
  return conversationIds.map((wanted) => ({
    results: results.filter(({ conversationId }) => conversationId === wanted),
    isWhole,
  }));
}

/** Looks at a batch until nothing more is to be expected of it. */
async function settled(
  api: GenesysApi,
  id: string,
  asked: string[],
  { pollMs = firstPauseMs, batchMs = longestMs }: ApiOptions,
): Promise<BatchAnswer> {
  const startedAtMs = performance.now();
  let calm = { count: -1, rounds: 0 };
  for (let pauseMs = pollMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    await api.pause(pauseMs);
    const status = await api.json(statusSchema, { path: `${path}/${encodeURIComponent(id)}` });
    const [results, count] = [status.results ?? [], status.resultCount ?? 0];
    const isCounted = count === (status.expectedResultCount ?? 0);
    calm = isCounted ? { count, rounds: count === calm.count ? calm.rounds + 1 : 1 } : { count: -1, rounds: 0 };
    const isCalm = calm.rounds >= calmRoundsMost;
    if (isCounted && count > 0 && (isCalm || isHeardOf(asked, results))) return { results, isWhole: true };
    if (isCalm || performance.now() - startedAtMs > batchMs) return { results, isWhole: false };
  }
}

function isHeardOf(asked: string[], results: BatchResult[]): boolean {
  const heardOf = new Set(results.map(({ conversationId }) => conversationId));
  return asked.every((conversationId) => heardOf.has(conversationId));
}
