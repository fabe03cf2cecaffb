import type { ConnectorFreshness, FailedJob, WaitingWork } from '../api/types.ts';
import { count, counted } from './numbers.ts';
import type { StatusWords } from './status.ts';

/** What somebody can do about a failure, in a sentence. */
export function whatToDo(
  failed: Pick<FailedJob, 'works_again' | 'job' | 'kind' | 'type' | 'status' | 'items_failed' | 'rows_rejected'>,
): string {
  const { works_again: worksAgain, job, kind, status } = failed;
  if (worksAgain) return sinceThen(failed);
  if (!job) return 'The job was deleted. Nothing is to be done.';
  if (!job.is_enabled) return 'The job is disabled. Mend what is named here, then enable it.';
  if (kind === 'system') return 'This is a fault of the product: hand the trace id to whoever runs it.';
  if (kind === 'transient')
    return job.next_due_at
      ? 'It is tried again at its next time; retry it if it cannot wait.'
      : 'Retry it when the other side is there again.';
  if (status === 'partial_success') return partOf(failed);
  return kind === 'config'
    ? 'Change what is named here, then retry it.'
    : 'Open it to see what happened, then retry it.';
}

/** A later run takes what an import left; a report is that of its own days alone. */
function sinceThen({ type, items_failed: items }: Pick<FailedJob, 'type' | 'items_failed'>): string {
  if (type === 'data_export')
    return 'Later reports went well. Open this one to see whether it has arrived, and retry it if not.';
  return items > 0
    ? 'Later runs went well. Open it to see whether its items are still missing.'
    : 'It has gone well since. Nothing is to be done.';
}

function partOf({
  items_failed: items,
  rows_rejected: rows,
}: Pick<FailedJob, 'items_failed' | 'rows_rejected'>): string {
  if (items > 0)
    return `Open it to see which ${items === 1 ? 'item' : `${count(items)} items`} failed, then retry only those.`;
  if (rows > 0) return `Mend the ${counted(rows, 'rejected row')} and replay ${rows === 1 ? 'it' : 'them'}.`;
  return 'Open it to see which part failed, then retry only that.';
}

const workNames: Record<WaitingWork['kind'], string> = {
  execute: 'Runs of jobs',
  record: 'Recordings to fetch',
  analyse: 'Conversations to analyse',
  ingest: 'Files from the API to read',
  webhook: 'Webhooks to send',
  upload: 'Uploads to check a day later',
  manual_import: 'Imports by hand',
  feedback: 'Results to send back',
  notify: 'Alerts to send',
  index: 'Accounts whose interactions are being prepared for filters',
};

/** A kind of a newer server has no words here yet. */
export function workName(kind: WaitingWork['kind']): string {
  return workNames[kind] ?? kind;
}

export const workWords: Record<WaitingWork['state'], StatusWords> = {
  moving: { word: 'Moving', meaning: 'It is being done, or waits for its time.', tone: 'good', shape: 'check' },
  slow: {
    word: 'Slow',
    meaning:
      'The first of it has waited for more than ten minutes: there is more than the workers can do, or it fails.',
    tone: 'warn',
    shape: 'half',
  },
  failing: {
    word: 'Failing',
    meaning: 'A try failed and is made again. What is named here says why.',
    tone: 'warn',
    shape: 'half',
  },
  stuck: {
    word: 'Stuck',
    meaning: 'It could be done, but no worker gives a sign of life. Whoever runs this installation can start one.',
    tone: 'bad',
    shape: 'cross',
  },
};

/** `12`, `10,000+`. */
export function atMost(value: number, most: number): string {
  return value >= most ? `${count(most)}+` : count(value);
}

export const freshnessWords: Record<ConnectorFreshness['state'], StatusWords> = {
  on_time: {
    word: 'On time',
    meaning: 'Its newest run went well, and nothing is overdue.',
    tone: 'good',
    shape: 'check',
  },
  running: { word: 'Running', meaning: 'A run is under way or about to begin.', tone: 'busy', shape: 'running' },
  late: {
    word: 'Late',
    meaning: 'Its time has passed and nothing ran, or a file or data that it expects have not come.',
    tone: 'bad',
    shape: 'half',
  },
  partly: {
    word: 'In part',
    meaning: 'Its newest run went well only in part: some of what should have come is missing.',
    tone: 'warn',
    shape: 'half',
  },
  failing: {
    word: 'Failing',
    meaning: 'Its newest run failed: what should have come is missing.',
    tone: 'bad',
    shape: 'cross',
  },
  not_yet: { word: 'Not yet', meaning: 'No run of it has ended yet.', tone: 'idle', shape: 'clock' },
  no_job: { word: 'No job', meaning: 'No enabled job uses it, so nothing comes or goes.', tone: 'warn', shape: 'stop' },
  paused: { word: 'Disabled', meaning: 'Somebody disabled it. Nothing of it is lost.', tone: 'idle', shape: 'pause' },
};

const dayFormat = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});
const shortDayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** `Sat 21 Nov` for 2026-11-21. A calendar day has no zone: it is read and written as UTC. */
export function calendarDay(date: string): string {
  return dayFormat.format(new Date(`${date}T00:00:00Z`));
}

/** `21 Nov` */
export function shortDay(date: string): string {
  return shortDayFormat.format(new Date(`${date}T00:00:00Z`));
}

const compact = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 });

/** `950`, `12k`, `1.2M`: for an axis. */
export function compactCount(value: number): string {
  return compact.format(value);
}
