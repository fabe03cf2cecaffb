import { createHash } from 'node:crypto';
import { DateTime } from 'luxon';
import type { Bulk, FixtureCall } from '../calls-fixture.ts';

export const zone = 'Asia/Kolkata';

/** India's offset has been the same since 1945. */
export const offsetMs = 19_800_000;

/** `2026-11-20 10:00:00` on the account's wall clock. */
export function wallClock(instant: Date): string {
  return new Date(instant.getTime() + offsetMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** Answered as a RestException. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string | undefined;

  constructor(status: number, message: string, code?: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What a list of calls is asked for. */
export interface Question {
  /** On the account's wall clock, both included. */
  from: string;
  to: string;
  pageSize: number;
  isAscending: boolean;
  details: boolean;
  status: string | null;
  direction: string | null;
  after: string | null;
}

const known = ['DateCreated', 'PageSize', 'SortBy', 'details', 'Status', 'Direction', 'After', 'RecordingUrlValidity'];
const statuses = ['queued', 'ringing', 'in-progress', 'completed', 'failed', 'busy', 'no-answer'];
const directions = ['inbound', 'outbound-dial', 'outbound-api'];
const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;
const windowPattern = new RegExp(`^gte:(${time});lte:(${time})$`);

/** Refuses (400) what the real one refuses. */
export function questionOf(query: URLSearchParams, now: DateTime): Question {
  for (const name of query.keys()) if (!known.includes(name)) throw new Refusal(400, `Unknown parameter ${name}`);
  const [, from, to] = windowPattern.exec(query.get('DateCreated') ?? '') ?? [];
  if (!from || !to) throw new Refusal(400, 'DateCreated is malformed');
  requireWindow(DateTime.fromSQL(from, { zone }), DateTime.fromSQL(to, { zone }), now);
  const pageSize = Number(query.get('PageSize') ?? 50);
  if (!(pageSize >= 1 && pageSize <= 100)) throw new Refusal(400, 'PageSize must be between 1 and 100');
  const sortBy = query.get('SortBy') ?? 'DateCreated:desc';
  if (!/^DateCreated:(asc|desc)$/.test(sortBy)) throw new Refusal(400, 'SortBy is malformed');
  const status = query.get('Status');
  if (status !== null && !statuses.includes(status)) throw new Refusal(400, 'Status is unknown');
  const direction = query.get('Direction');
  if (direction !== null && !directions.includes(direction)) throw new Refusal(400, 'Direction is unknown');
  const isAscending = sortBy.endsWith(':asc');
  const details = query.get('details') === 'true';
  return { from, to, pageSize, isAscending, details, status, direction, after: query.get('After') };
}

function requireWindow(from: DateTime, to: DateTime, now: DateTime): void {
  if (from < now.minus({ months: 6 })) throw new Refusal(400, 'DateCreated is more than 6 months back');
  if (to > from.plus({ months: 1 })) throw new Refusal(400, 'DateCreated spans more than a month');
}

export interface Listing {
  total: number;
  calls: FixtureCall[];
  next: string | undefined;
}

interface Known {
  calls: ReadonlyMap<string, FixtureCall>;
  bulk: Bulk;
}

/** A page of the calls that have ended; those made by number are computed, none of them is kept. */
export function listCalls({ calls, bulk }: Known, question: Question): Listing {
  const { from, to, isAscending, pageSize } = question;
  const own = [...calls.values()]
    .filter(({ isLive, startedAt }) => !isLive && from <= wallClock(startedAt) && wallClock(startedAt) <= to)
    .sort((a, b) => (a.startedAt.getTime() - b.startedAt.getTime()) * (isAscending ? 1 : -1));
  const made = madeWithin(bulk, from, to);
  const total = made.count + own.length;
  const offset = offsetOf(question);
  const page = Array.from({ length: Math.min(pageSize, total - offset) }, (_, index) => {
    const at = offset + index;
    return at < made.count ? bulkCall(made.first + at, bulk) : own[at - made.count];
  }).filter((call) => call !== undefined);
  const isLast = offset + pageSize >= total;
  return { total, calls: page, next: isLast ? undefined : cursorOf(question, offset + pageSize) };
}

function bulkCall(index: number, { count, fromMs }: Bulk): FixtureCall {
  const startedAt = new Date(fromMs + Math.floor((index * 86_000) / count) * 1000);
  return { id: `bulk-${String(index).padStart(6, '0')}`, startedAt };
}

function madeWithin(bulk: Bulk, from: string, to: string): { first: number; count: number } {
  if (bulk.count === 0) return { first: 0, count: 0 };
  const isWithin = (index: number) => {
    const text = wallClock(bulkCall(index, bulk).startedAt);
    return text < from ? -1 : text > to ? 1 : 0;
  };
  const first = firstIndex(bulk.count, (index) => isWithin(index) >= 0);
  return { first, count: firstIndex(bulk.count, (index) => isWithin(index) > 0) - first };
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

/** Opaque, and good for the same question alone. */
function cursorOf(question: Question, offset: number): string {
  return Buffer.from(`${offset}:${sealOf(question, offset)}`).toString('base64url');
}

function offsetOf(question: Question): number {
  if (question.after === null) return 0;
  const [offset = '', seal] = Buffer.from(question.after, 'base64url').toString().split(':');
  if (seal !== sealOf(question, Number(offset))) throw new Refusal(400, 'After is no cursor of this list');
  return Number(offset);
}

function sealOf({ after: _, ...question }: Question, offset: number): string {
  return createHash('sha256')
    .update(JSON.stringify([question, offset]))
    .digest('hex');
}
