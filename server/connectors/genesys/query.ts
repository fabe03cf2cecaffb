import { z } from 'zod';
import { AppError } from '../../../shared/error.ts';
import type { GenesysApi } from './api.ts';
import { type Conversation, conversationSchema, type Interval, intervalText } from './conversation.ts';

const pageSchema = z.object({
  conversations: z.array(conversationSchema).nullish(),
  totalHits: z.number().nullish(),
});

const path = '/api/v2/analytics/conversations/details/query';
const pageSize = 100;
/** One question reaches its first 10,000 conversations; a day that is not over may get more while it is read. */
const hitsMost = 9_500;
const pagesMost = 100;
const shortestMs = 1000;
const order = { order: 'asc', orderBy: 'conversationStart' };

/**
 * Conversations that were going on within the interval, by the near-real-time query: those that began earlier among them,
 * and one maybe twice. An interval with more of them than one question reaches is halved.
 */
export async function* queriedPages(
  api: GenesysApi,
  filters: object,
  interval: Interval,
): AsyncGenerator<Conversation[]> {
  const first = await page(api, filters, interval, 1);
  if (first.total > hitsMost) {
    const [earlier, later] = halves(interval);
    yield* queriedPages(api, filters, earlier);
    yield* queriedPages(api, filters, later);
    return;
  }
  yield first.conversations;
  for (let pageNumber = 2, before = first; before.conversations.length === pageSize; pageNumber++) {
    if (pageNumber > pagesMost) throw grown(interval);
    before = await page(api, filters, interval, pageNumber);
    yield before.conversations;
  }
}

/** How many there are, and the first of them. Throws what every request throws, for example for a missing permission. */
export async function firstQueried(api: GenesysApi, filters: object, interval: Interval, size: number): Promise<Page> {
  return await page(api, filters, interval, 1, size);
}

interface Page {
  conversations: Conversation[];
  total: number;
}

async function page(
  api: GenesysApi,
  filters: object,
  interval: Interval,
  pageNumber: number,
  size = pageSize,
): Promise<Page> {
  const paging = { pageSize: size, pageNumber };
  const body = { interval: intervalText(interval), ...order, ...filters, paging };
  const { conversations, totalHits } = await api.json(pageSchema, { method: 'POST', path, body });
  const list = conversations ?? [];
  return { conversations: list, total: totalHits ?? list.length };
}

function halves({ start, end }: Interval): [Interval, Interval] {
  const middle = new Date(Math.floor((start.getTime() + end.getTime()) / 2));
  if (end.getTime() - start.getTime() >= 2 * shortestMs)
    return [
      { start, end: middle },
      { start: middle, end },
    ];
  throw new AppError(
    'protocol_error',
    `Genesys counts more than ${hitsMost} conversations within one second (${start.toISOString()}). Limit the queues or directions.`,
  );
}

function grown(interval: Interval): AppError {
  return new AppError(
    'http_unavailable',
    `More conversations came to ${intervalText(interval)} while it was read than one question reaches. It is read again by the next run.`,
  );
}
