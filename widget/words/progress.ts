import type { ExecutionProgress } from '../api/types.ts';
import { bytes, count } from './numbers.ts';

/** What is said of a number that nobody knows. */
export const notKnown = 'not known';

type Rates = Pick<ExecutionProgress, 'rows_per_second' | 'bytes_per_second' | 'items_per_second'>;

/** How fast it goes: `1,200 rows/s · 3.4 MB/s`; items are told where nothing smaller moves. */
export function rateInWords({ rows_per_second: rows, bytes_per_second: size, items_per_second: items }: Rates): string {
  if (rows === null && size === null && items === null) return 'not known yet';
  const parts = [
    ...(rows ? [`${perSecond(rows)} rows/s`] : []),
    ...(size ? [`${bytes(Math.round(size))}/s`] : []),
    ...(items && !rows && !size ? [`${perSecond(items)} items/s`] : []),
  ];
  return parts.join(' · ') || 'nothing moves at the moment';
}

function perSecond(value: number): string {
  return value >= 10 ? count(Math.round(value)) : String(value);
}

/** `a few seconds`, `about 40 s`, `about 12 min`, `about 2 h 05 min`. Null: not known. */
export function timeLeftInWords(seconds: number | null): string {
  if (seconds === null) return notKnown;
  if (seconds < 10) return 'a few seconds';
  if (seconds < 60) return `about ${Math.ceil(seconds / 10) * 10} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `about ${minutes} min`;
  return `about ${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** `12 MB of 40 MB`, or that nobody knows of how many. */
export function bytesInWords(done: number, expected: number | null): string {
  return expected === null ? `${bytes(done)}, the total is ${notKnown}` : `${bytes(done)} of ${bytes(expected)}`;
}

/** `3 of 12`, or how many there are so far while they are still being looked for. Undefined for exports. */
export function itemsSoFar({ items, step }: Pick<ExecutionProgress, 'items' | 'step'>): string | undefined {
  if (!items) return undefined;
  if (!step || step.name === 'list') return `${count(items.listed)} found so far`;
  return `${count(settled(items))} of ${count(items.listed)}`;
}

/**
 * How much of it is done, from 0 to 1: by its bytes, or by its items where bytes do not tell. A byte that came and is not
 * stored yet is half done, so that it moves while a large file is fetched. Undefined where it is not known how much there
 * is.
 */
export function shareDone(progress: ExecutionProgress): number | undefined {
  const { bytes_read: came, bytes_done: done, bytes_expected: expected, items, step } = progress;
  if (expected !== null && expected > 0) return (Math.min(came, expected) + Math.min(done, expected)) / (2 * expected);
  if (!items || items.listed === 0 || !step || step.name === 'list') return undefined;
  return Math.min(1, settled(items) / items.listed);
}

/** Items that there is nothing left to do for in this run. */
function settled({ done, unchanged, waiting, failed }: NonNullable<ExecutionProgress['items']>): number {
  return done + unchanged + waiting + failed;
}
