import type { ExecutionStatus, ExportCounts, ItemCounts, RowCounts } from '../../shared/execution.ts';
import type { LogLevel } from '../../shared/execution-log.ts';
import type { JobType } from '../../shared/job.ts';
import type { Trigger } from '../api/types.ts';
import { count, counted } from './numbers.ts';
import type { Shape, Tone } from './status.ts';

/** Counts in one line, zeros left out, and `none` said where nothing came: `1,200 imported · 3 rejected`. */
export function countsInWords(counts: RowCounts | ExportCounts, none = 'no rows'): string {
  if ('parts' in counts) return `${counted(counts.rows, 'row')} in ${counted(counts.parts, 'part')}`;
  const { imported, updated, duplicate, rejected } = counts;
  return joined({ imported, updated, duplicate, rejected }) || none;
}

/** `3 done · 1 waiting`, or that nothing was found. */
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

const triggers: Record<Trigger, string> = {
  schedule: 'by its schedule',
  catch_up: 'to catch up a missed time',
  arrival: 'because a file arrived',
  connector_saved: 'because the connector was saved',
  backfill: 'to read days again',
  expected_file: 'to look for a file',
  manual: 'by hand',
  stream: 'continuously',
  retry: 'to retry what failed',
};

/** What is said of how long a day of a stream took, before the day is over. */
export const ongoing = 'ongoing';

/** A day of a stream: it has no end of its own, and nobody started it. */
export function isDayOfStream({ trigger }: { trigger: Trigger }): boolean {
  return trigger === 'stream';
}

/** `by its schedule`, `by hand: a@b.example`. */
export function triggerInWords(trigger: Trigger, by: string | null): string {
  const words = triggers[trigger];
  return by === null ? words : `${words}: ${by}`;
}

/** What an export without a job is called. */
export const onDemandWords = 'Export from the Analysis List';

/** `started by its schedule`; of what somebody asked for on the Analysis List, by whom. */
export function startInWords(run: { trigger: Trigger; triggered_by: string | null; is_on_demand: boolean }): string {
  const { trigger, triggered_by: by, is_on_demand: isOnDemand } = run;
  return isOnDemand && trigger === 'manual' && by !== null
    ? `asked for by ${by}`
    : `started ${triggerInWords(trigger, by)}`;
}

/** A step's name as a heading: `fetch` → `Fetch`. */
export function stepTitle(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** How a line of a log is marked: by a word, and where it matters by a shape and a colour. */
export const logLevelWords: Record<LogLevel, { word: string; tone: Tone; shape?: Shape }> = {
  info: { word: 'Info', tone: 'idle' },
  warn: { word: 'Warning', tone: 'warn', shape: 'half' },
  error: { word: 'Error', tone: 'bad', shape: 'cross' },
};

/** What becomes of an execution that is cancelled now, a sentence each. */
export function cancelInWords({
  type,
  status,
  counts,
}: {
  type: JobType;
  status: ExecutionStatus;
  counts: RowCounts | ExportCounts;
}): string[] {
  if (status === 'pending') return ['It has not begun, so nothing is stored or sent. It ends at once.'];
  const stops = 'It stops within seconds.';
  if (type === 'data_export' || 'parts' in counts)
    return [
      stops,
      'What has arrived at a destination stays there. No half file is left anywhere.',
      'What has not arrived is not sent by this run.',
    ];
  const stored = counts.imported + counts.updated;
  return [
    stops,
    stored > 0
      ? `The ${counted(stored, 'row')} that ${stored === 1 ? 'is' : 'are'} stored ${stored === 1 ? 'stays and is' : 'stay and are'} analysed.`
      : 'What is stored until then stays and is analysed.',
    'What it has not finished is read by a later run.',
  ];
}
