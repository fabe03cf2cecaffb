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

/** The API takes no more in one request. */
export const batchSizeMost = 100;
const firstPauseMs = 500;
const longestPauseMs = 5000;
const longestMs = 2 * 60_000;

/**
 * What the API has of each of these conversations, in their order. It counts up what it will have, so the counts being
 * equal means the end only once every conversation has been heard of, or nothing more has come for a while.
 */
export async function batchResults(
  api: GenesysApi,
  conversationIds: string[],
  { pollMs = firstPauseMs }: ApiOptions,
): Promise<BatchResult[][]> {
  const asked = [...new Set(conversationIds)];
  const body = { batchDownloadRequestList: asked.map((conversationId) => ({ conversationId })) };
  const { id } = await api.json(submittedSchema, { method: 'POST', path, body });
  const startedAtMs = performance.now();
  for (let pauseMs = pollMs, calmRounds = 0; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    await api.pause(pauseMs);
    const status = await api.json(statusSchema, { path: `${path}/${encodeURIComponent(id)}` });
    const results = status.results ?? [];
    const heardOf = new Set(results.map(({ conversationId }) => conversationId));
    const isCounted = (status.resultCount ?? 0) === (status.expectedResultCount ?? 0);
    calmRounds = isCounted ? calmRounds + 1 : 0;
    const isComplete = isCounted && asked.every((conversationId) => heardOf.has(conversationId));
    if (isComplete || calmRounds >= calmRoundsMost || performance.now() - startedAtMs > longestMs)
      return conversationIds.map((wanted) => results.filter(({ conversationId }) => conversationId === wanted));
  }
}

/** About 20 s with the usual pauses. */
const calmRoundsMost = 6;
