import type { DateRange, FileFormat } from '../../shared/report.ts';
import type { ReportPreview } from '../api/types.ts';
import { count, counted } from './numbers.ts';
import { calendarDay, dateInZone, zoneName } from './time.ts';

export type NamedRange = Extract<DateRange, string>;

export const rangeWords: Record<NamedRange, string> = {
  today: 'Today',
  yesterday: 'Yesterday',
  last_7_days: 'Last 7 days',
  last_30_days: 'Last 30 days',
  this_month: 'This month',
  last_month: 'Last month',
};

export const formatWords: Record<FileFormat, { name: string; good: string }> = {
  csv: { name: 'CSV', good: 'Text that every program reads; times in the account’s zone.' },
  xlsx: { name: 'Excel (XLSX)', good: 'Opens in Excel with real numbers and dates, a fixed heading row and filters.' },
  jsonl: { name: 'JSON Lines', good: 'One JSON object a row, for scripts and log tools.' },
  parquet: { name: 'Parquet', good: 'Typed columns, small files: for data warehouses and notebooks.' },
};

interface Days {
  from: string;
  to: string;
}

/** The first and the last day that a range means when `today` (YYYY-MM-DD) is the day; as the server counts. */
export function daysOf(range: DateRange, today: string): Days {
  if (typeof range !== 'string') return range;
  const firstOfMonth = `${today.slice(0, 8)}01`;
  switch (range) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: daysBefore(today, 1), to: daysBefore(today, 1) };
    case 'last_7_days':
      return { from: daysBefore(today, 7), to: today };
    case 'last_30_days':
      return { from: daysBefore(today, 30), to: today };
    case 'this_month':
      return { from: firstOfMonth, to: lastOfMonth(today) };
    case 'last_month': {
      const to = daysBefore(firstOfMonth, 1);
      return { from: `${to.slice(0, 8)}01`, to };
    }
  }
}

/** `15 Nov 2026 to 22 Nov 2026`, `22 Nov 2026`. */
export function daysInWords({ from, to }: Days): string {
  return from === to ? calendarDay(from) : `${calendarDay(from)} to ${calendarDay(to)}`;
}

/** What a range means, in a sentence; empty while a day is missing. */
export function rangeInWords(range: DateRange, today: string, zone: string): string {
  const days = daysOf(range, today);
  if (days.from === '' || days.to === '' || days.to < days.from) return '';
  const words = `${daysInWords(days)} in ${zone}`;
  if (typeof range !== 'string') return days.from === days.to ? `${words}.` : `${words}, both days included.`;
  return `${words}, if it runs today${range.startsWith('last_') && range !== 'last_month' ? ': the days before and today so far' : ''}.`;
}

function daysBefore(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - days);
  return date.toISOString().slice(0, 10);
}

function lastOfMonth(day: string): string {
  const [year = 0, month = 0] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}

/** How many rows a report would have, and what to know about that. */
export function rowCountInWords(preview: ReportPreview): { count: string; about: string } {
  const { row_count: rows, counted: how, rows_found: isFound, rows: first } = preview;
  const late = isFound ? '' : ' The first ones were not found in time; the report itself takes the time that it needs.';
  if (how === 'unknown' || rows === null)
    return { count: 'Many rows:', about: `counting them took too long. The report will hold all of them.${late}` };
  if (rows === 0)
    return {
      count: 'No rows match.',
      about: 'No completed analysis of these days fits. Choose other dates, another profile or another filter.',
    };
  if (how === 'at_least')
    return { count: `More than ${count(rows)} rows.`, about: `${firstRows(first.length)}${late}` };
  return { count: `${counted(rows, 'row')}.`, about: `${first.length < rows ? firstRows(first.length) : ''}${late}` };
}

function firstRows(rows: number): string {
  return rows === 0 ? '' : `The first ${rows} of them:`;
}

/** `15 Nov 2026 to 22 Nov 2026, whole days in Asia/Kolkata (GMT+5:30).` The second instant is not in it. */
export function periodInWords({ from, to, timezone }: ReportPreview['period']): string {
  const last = new Date(new Date(to).getTime() - 1);
  const days = daysInWords({ from: dateInZone(from, timezone), to: dateInZone(last, timezone) });
  return `${days}, whole days in ${timezone} (${zoneName(from, timezone)}).`;
}
