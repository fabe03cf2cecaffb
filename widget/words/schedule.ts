import type { Schedule } from '../../shared/job.ts';
import { calendarDay, dateTimeInZone } from './time.ts';

/** A schedule as a person would say it: `Weekly on Monday and Friday at 06:00 (Asia/Kolkata), until 31 Dec 2026`. */
export function scheduleInWords(schedule: Schedule, accountZone: string): string {
  if (schedule.frequency === 'continuous') return 'Continuous';
  const zone = schedule.timezone ?? accountZone;
  const limits = [from(schedule.start_date), until(schedule.end_date)].filter((part) => part !== '');
  return [`${rhythm(schedule)} (${zone})`, ...limits].join(', ');
}

/** A due time with its day of the week: `Mon, 30 Nov 2026, 02:30`. */
export function dueInWords(at: string, zone: string): string {
  const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: zone }).format(new Date(at));
  return `${weekday}, ${dateTimeInZone(at, zone)}`;
}

function rhythm(schedule: Exclude<Schedule, { frequency: 'continuous' }>): string {
  switch (schedule.frequency) {
    case 'one_time':
      return `Once on ${calendarDay(schedule.at.slice(0, 10))} at ${schedule.at.slice(11, 16)}`;
    case 'daily':
      return `Daily at ${schedule.at}`;
    case 'weekly':
      return `Weekly on ${list(schedule.days.map(capital))} at ${schedule.at}`;
    case 'monthly':
      return `Monthly on ${monthDay(schedule.day)} at ${schedule.at}`;
    case 'every':
      return every(schedule.minutes);
    case 'cron':
      return `By the cron expression ${schedule.expression}`;
  }
}

function every(minutes: number): string {
  if (minutes === 1) return 'Every minute';
  if (minutes === 60) return 'Every hour';
  return minutes % 60 === 0 ? `Every ${minutes / 60} hours` : `Every ${minutes} minutes`;
}

function monthDay(value: number | 'last'): string {
  return value === 'last' ? 'the last day' : `day ${value}`;
}

function from(date: string | undefined): string {
  return date === undefined ? '' : `from ${calendarDay(date)}`;
}

function until(date: string | undefined): string {
  return date === undefined || date === 'never' ? '' : `until ${calendarDay(date)}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function list(words: string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
