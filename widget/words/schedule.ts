import type { Schedule } from '../../shared/job.ts';

/** A schedule as a person would say it: `Weekly on Monday and Friday at 06:00 (Asia/Kolkata), until 31 Dec 2026`. */
export function scheduleInWords(schedule: Schedule, accountZone: string): string {
  if (schedule.frequency === 'continuous') return 'Continuous';
  const zone = schedule.timezone ?? accountZone;
  const limits = [from(schedule.start_date), until(schedule.end_date)].filter((part) => part !== '');
  return [`${rhythm(schedule)} (${zone})`, ...limits].join(', ');
}

function rhythm(schedule: Exclude<Schedule, { frequency: 'continuous' }>): string {
  switch (schedule.frequency) {
    case 'one_time':
      return `Once on ${day(schedule.at.slice(0, 10))} at ${schedule.at.slice(11, 16)}`;
    case 'daily':
      return `Daily at ${schedule.at}`;
    case 'weekly':
      return `Weekly on ${list(schedule.days.map(capital))} at ${schedule.at}`;
    case 'monthly':
      return `Monthly on ${monthDay(schedule.day)} at ${schedule.at}`;
    case 'every':
      return every(schedule.minutes);
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
  return date === undefined ? '' : `from ${day(date)}`;
}

function until(date: string | undefined): string {
  return date === undefined || date === 'never' ? '' : `until ${day(date)}`;
}

const dayFormat = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/** A calendar day has no zone: it is read and written as UTC, so that none can move it. */
function day(date: string): string {
  return dayFormat.format(new Date(`${date}T00:00:00Z`));
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function list(words: string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
