import type { IncomingMessage } from 'node:http';
import { campaignId, type KnownCalls, legOf, wallClock } from './known-calls.ts';
import { Refusal } from './refusal.ts';

export const apiKey = 'key-of-the-app-server';
const pageSize = 1000;
const known = ['table', 'begin', 'end', 'page', 'cursor'];

/** The rows that one request asks for. There is no public document of such a server: this one is strict about what it was told. */
export function answerRows(calls: KnownCalls, request: IncomingMessage, url: URL): { rows: number; text: string } {
  if (request.headers['x-api-key'] !== apiKey) throw new Refusal(401, { error: 'key' });
  const query = url.searchParams;
  for (const name of query.keys()) if (!known.includes(name)) throw new Refusal(400, { error: `unknown ${name}` });
  if (query.get('table') !== 'cdr') throw new Refusal(400, { error: 'table' });
  const first = offsetOf(query);
  const found = calls.between(time(query, 'begin'), time(query, 'end'));
  const rows = found.slice(first, first + pageSize).map(({ id, startedAt, durationSeconds = 60 }) => ({
    ...{ crtObjectId: id, callId: legOf(id), campaignId: Number(campaignId) },
    ...{ startTime: wallClock(startedAt), talkSeconds: durationSeconds, agent: { name: 'Asha', team: 'North' } },
  }));
  const next = first + pageSize < found.length ? String(first + pageSize) : null;
  return { rows: rows.length, text: JSON.stringify({ result: { calls: rows }, paging: { next } }) };
}

function offsetOf(query: URLSearchParams): number {
  const cursor = query.get('cursor');
  return cursor === null ? (Number(query.get('page') ?? 1) - 1) * pageSize : Number(cursor);
}

function time(query: URLSearchParams, name: string): Date {
  const text = query.get(name) ?? '';
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+05:30$/.test(text)) throw new Refusal(400, { error: name });
  return new Date(text);
}
