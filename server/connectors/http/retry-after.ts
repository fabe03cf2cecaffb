import type { IncomingHttpHeaders } from 'node:http';

/**
 * How long the header `Retry-After` asks us to wait, as seconds or as a date (RFC 9110, 10.2.3), in whole seconds from
 * 1 on; undefined where it says nothing that can be read.
 */
export function retryAfterSeconds(headers: IncomingHttpHeaders, nowMs = Date.now()): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,9}$/.test(text)) return Math.max(1, Number(text));
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(1, Math.ceil((atMs - nowMs) / 1000));
}
