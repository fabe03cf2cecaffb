import type { ExportCounts, ItemCounts, RowCounts } from '../../shared/execution.ts';
import { count, counted } from './numbers.ts';

/** Counts in one line, zeros left out, and `none` said where nothing came: `1,200 imported · 3 rejected`. */
export function countsInWords(counts: RowCounts | ExportCounts, none = 'no rows'): string {
  if ('parts' in counts) return `${counted(counts.rows, 'row')} in ${counted(counts.parts, 'part')}`;
  const { imported, updated, duplicate, rejected } = counts;
  return joined({ imported, updated, duplicate, rejected }) || none;
}

/** `3 done · 1 waiting`; undefined where an execution has no items (an export). */
export function itemsInWords({ done, unchanged, waiting, failed }: ItemCounts): string {
  return joined({ done, unchanged, waiting, failed }) || 'nothing found';
}

function joined(parts: Record<string, number>): string {
  return Object.entries(parts)
    .filter(([, value]) => value > 0)
    .map(([word, value]) => `${count(value)} ${word}`)
    .join(' · ');
}

export const noNewData = 'no new data';
const notes: Record<string, string> = { no_data: noNewData };

/**
 * What is said beside a status: `12 rejected`, `no new data, 2 waiting`. A note has parts; those that stand in `said`
 * already (counts and items in words) are left out.
 */
export function noteInWords(note: string, ...said: string[]): string {
  const known = new Set(said.flatMap((text) => text.split(' · ')));
  return note
    .split(', ')
    .map((part) => notes[part] ?? part.replace(/^\d+(?= )/, (number) => count(Number(number))))
    .filter((part) => !known.has(part))
    .join(', ');
}

/** How long it took, or has been going on, in milliseconds; undefined before it starts. */
export function tookMs(startedAt: string | null, endedAt: string | null, now: number): number | undefined {
  if (startedAt === null) return undefined;
  const end = endedAt === null ? now : new Date(endedAt).getTime();
  return Math.max(0, end - new Date(startedAt).getTime());
}

const triggers: Record<string, string> = {
  schedule: 'by its schedule',
  catch_up: 'to catch up a missed time',
  arrival: 'because a file arrived',
  connector_saved: 'because the connector was saved',
  backfill: 'to read days again',
  expected_file: 'to look for a file',
  manual: 'by hand',
  stream: 'continuously',
};

/** What is said of how long a day of a stream took, before the day is over. */
export const ongoing = 'ongoing';

/** A day of a stream: it has no end of its own, and nobody started it. */
export function isDayOfStream({ trigger }: { trigger: string }): boolean {
  return trigger === 'stream';
}

/** `by its schedule`, `by hand: a@b.example`. */
export function triggerInWords(trigger: string, by: string | null): string {
  const words = triggers[trigger] ?? trigger;
  return by === null ? words : `${words}: ${by}`;
}

/** A step's name as a heading: `fetch` → `Fetch`. */
export function stepTitle(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
