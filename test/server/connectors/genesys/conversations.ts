import type { Bulk, FixtureCall } from '../calls-fixture.ts';

type Json = Record<string, unknown>;

export const zone = 'Asia/Kolkata';
export const zoneMs = 5.5 * 3_600_000;
export const supportQueue = '11111111-1111-4111-8111-111111111111';
export const salesQueue = '22222222-2222-4222-8222-222222222222';
export const resolvedCode = '33333333-3333-4333-8333-333333333333';
export const otherCode = '44444444-4444-4444-8444-444444444444';

/** A call with what Genesys knows of it. */
export interface GenesysCall extends FixtureCall {
  queueId?: string;
  agent?: { id: string; name: string };
  direction?: 'inbound' | 'outbound';
  mediaType?: string;
  wrapUpCode?: string;
  mos?: number;
  attributes?: Record<string, string>;
  /** What a call that was not recorded says of it. */
  isRecorded?: { recording?: false };
  /** IDs and lengths of its recordings; one of the call's length where it says none. */
  recordings?: { id: string; seconds: number; contentType?: string; fileState?: 'DELETED' }[];
  /** What the batch says in place of them. */
  recordingError?: string;
  /** Parts of the conversation that differ from the usual. */
  more?: Json;
}

export function endOf({ startedAt, durationSeconds = 60 }: FixtureCall): Date {
  return new Date(startedAt.getTime() + durationSeconds * 1000);
}

/** An analytics conversation. The near-real-time query leaves attributes out. */
export function conversationOf(call: GenesysCall, withAttributes: boolean): Json {
  const { id, startedAt, isLive, direction = 'inbound', mediaType = 'voice', agent = usualAgent } = call;
  const queueId = call.queueId ?? supportQueue;
  const [start, end] = [startedAt.toISOString(), endOf(call).toISOString()];
  const span = { segmentStart: start, ...(isLive ? {} : { segmentEnd: end }) };
  const numbers = { ani: 'tel:+919800000001', dnis: 'tel:+918030752400' };
  const session = (segments: Json[], more: Json = {}) => ({ mediaType, direction, ...numbers, ...more, segments });
  const recording = call.isRecorded === undefined ? { recording: true } : call.isRecorded;
  const wrapUp = { ...span, segmentType: 'wrapup', queueId, wrapUpCode: call.wrapUpCode ?? resolvedCode };
  return {
    ...{ conversationId: id, conversationStart: start, originatingDirection: direction, divisionIds: ['division-1'] },
    ...(isLive ? {} : { conversationEnd: end }),
    mediaStatsMinConversationMos: call.mos ?? 4.2,
    participants: [
      {
        ...{ purpose: 'customer', participantName: 'Pune, Maharashtra' },
        ...(withAttributes && call.attributes ? { attributes: call.attributes } : {}),
        sessions: [session([{ ...span, segmentType: 'interact', disconnectType: 'client' }], recording)],
      },
      {
        purpose: 'acd',
        participantName: 'a queue',
        sessions: [session([{ ...span, segmentType: 'interact', queueId }])],
      },
      {
        ...{ purpose: 'agent', userId: agent.id, participantName: agent.name },
        sessions: [session([{ ...span, segmentType: 'interact', queueId }, wrapUp], recording)],
      },
    ],
    ...call.more,
  };
}

const usualAgent = { id: 'agent-1', name: 'Asha Rao' };

/** Answered with `{message, code, status, contextId}`. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

interface Predicate {
  dimension: string;
  /** Undefined where any value will do. */
  value: string | undefined;
}

export interface Question {
  startMs: number;
  endMs: number;
  segmentPredicates: Predicate[][];
  conversationPredicates: Predicate[][];
}

const dayMs = 86_400_000;
const bodyKeys = ['interval', 'order', 'orderBy', 'segmentFilters', 'conversationFilters'];
const segmentDimensions = ['mediaType', 'recording', 'queueId', 'wrapUpCode'];
const conversationDimensions = ['originatingDirection'];

/** What is asked for; refuses (400) what the real API refuses. `paging` belongs to the query alone. */
export function questionOf(body: Json, kind: 'query' | 'job'): Question {
  const known = kind === 'query' ? [...bodyKeys, 'paging'] : bodyKeys;
  for (const key of Object.keys(body)) if (!known.includes(key)) throw bad(`Unrecognized field ${key}`);
  const times = String(body.interval)
    .split('/')
    .map((text) => Date.parse(text));
  const [startMs = Number.NaN, endMs = Number.NaN] = times;
  if (!(startMs < endMs) || times.length !== 2) throw bad('The interval is malformed');
  if (kind === 'query') requireReach(startMs, endMs);
  if (body.order !== 'asc' || body.orderBy !== 'conversationStart') throw bad('order is unknown');
  return {
    ...{ startMs, endMs },
    segmentPredicates: filtersOf(body.segmentFilters, segmentDimensions),
    conversationPredicates: filtersOf(body.conversationFilters, conversationDimensions),
  };
}

function requireReach(startMs: number, endMs: number): void {
  if (endMs - startMs > 7 * dayMs) throw bad('The interval is longer than 7 days');
  if (startMs < Date.now() - 35 * dayMs) throw bad('The interval begins more than 35 days back');
}

function filtersOf(given: unknown, dimensions: string[]): Predicate[][] {
  const filters = (given ?? []) as { type: string; predicates: (Predicate & { type: string; operator: string })[] }[];
  for (const { type, predicates } of filters) {
    if (type !== 'or' || predicates.length === 0) throw bad('A filter is malformed');
    for (const predicate of predicates) {
      const { type: kind, dimension, operator, value } = predicate;
      const isWhole = operator === 'matches' ? typeof value === 'string' : operator === 'exists' && value === undefined;
      if (kind !== 'dimension' || !isWhole) throw bad('A predicate is malformed');
      if (!dimensions.includes(dimension)) throw bad(`There is no dimension ${dimension}`);
    }
  }
  return filters.map(({ predicates }) => predicates);
}

export function bad(message: string): Refusal {
  return new Refusal(400, 'bad.request', message);
}

interface Known {
  calls: ReadonlyMap<string, GenesysCall>;
  bulk: Bulk;
}

/** So many match, and the ones at these positions in order of beginning; calls made by number are computed. */
export function matching(
  { calls, bulk }: Known,
  question: Question,
  isWithin: (call: GenesysCall, question: Question) => boolean,
): { total: number; at(position: number): GenesysCall | undefined } {
  const own = [...calls.values()]
    .filter((call) => isWithin(call, question) && isMatch(call, question))
    .sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
  const made =
    bulk.count > 0 && isMatch(bulkCall(0, bulk), question) ? bulkWithin(bulk, question) : { first: 0, count: 0 };
  return {
    total: made.count + own.length,
    at: (position) => (position < made.count ? bulkCall(made.first + position, bulk) : own[position - made.count]),
  };
}

export function wasActive(call: GenesysCall, { startMs, endMs }: Question): boolean {
  const untilMs = call.isLive ? Number.POSITIVE_INFINITY : endOf(call).getTime();
  return call.startedAt.getTime() < endMs && untilMs > startMs;
}

export function beganOrEnded(call: GenesysCall, { startMs, endMs }: Question): boolean {
  const isIn = (ms: number) => ms >= startMs && ms < endMs;
  return isIn(call.startedAt.getTime()) || (!call.isLive && isIn(endOf(call).getTime()));
}

function isMatch(call: GenesysCall, { segmentPredicates, conversationPredicates }: Question): boolean {
  const conversation = conversationOf(call, false) as { originatingDirection: string; participants: Json[] };
  const sessions = conversation.participants.flatMap(({ sessions }) => sessions as Json[]);
  const segments = sessions.flatMap((session) =>
    (session.segments as Json[]).map(
      (segment): Json => ({ mediaType: session.mediaType, recording: session.recording, ...segment }),
    ),
  );
  // The strict reading: one segment meets all.
  const isSegment = (segment: Json) =>
    segmentPredicates.every((any) => any.some(({ dimension, value }) => isAs(segment[dimension], value)));
  const isConversation = conversationPredicates.every((any) =>
    any.some(({ value }) => conversation.originatingDirection === value),
  );
  return isConversation && segments.some(isSegment);
}

function isAs(actual: unknown, wanted: string | undefined): boolean {
  return wanted === undefined ? actual !== undefined : actual === wanted;
}

/** The zone's days are all of the same length, so plain arithmetic will do: there may be 100,000 calls. */
function bulkCall(index: number, { count, fromMs }: Bulk): GenesysCall {
  const startedAt = new Date(fromMs + Math.floor((index * 86_000) / count) * 1000);
  return { id: `bulk-${String(index).padStart(6, '0')}`, startedAt };
}

function bulkWithin(bulk: Bulk, { startMs, endMs }: Question): { first: number; count: number } {
  const call = (index: number) => bulkCall(index, bulk);
  const first = firstIndex(bulk.count, (index) => endOf(call(index)).getTime() > startMs);
  return {
    first,
    count: Math.max(0, firstIndex(bulk.count, (index) => call(index).startedAt.getTime() >= endMs) - first),
  };
}

/** By halving: the first index from which on it holds. */
function firstIndex(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
