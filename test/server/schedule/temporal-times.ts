import { Temporal } from 'temporal-polyfill';

/**
 * Due times as temporal-polyfill finds them: a calendar, a clock and time zone rules of their own, with nothing of the
 * code under test. A time that is skipped is due when the gap ends, one shown twice at the first.
 */
function wallInstantMs(wall: Temporal.PlainDateTime, zone: string): number {
  const earlier = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (earlier.toPlainDateTime().equals(wall)) return earlier.epochMilliseconds;
  // In a gap `earlier` lies before it by the gap's length, so the next change of the clock is the gap's end.
  const gapEnd = earlier.getTimeZoneTransition('next');
  if (!gapEnd) throw new Error(`${wall} is in a gap of ${zone} that has no end`);
  return gapEnd.epochMilliseconds;
}

export interface Span {
  from: Temporal.PlainDate;
  /** Not in it. */
  until: Temporal.PlainDate;
}

/** A schedule as the test says it a second time, in other words: the days it is due on and its times on each. */
export interface Calendar {
  isDue(day: Temporal.PlainDate): boolean;
  /** `HH:MM` */
  times: string[];
}

/** The distinct due times within the span, ascending, as ISO instants. */
export function calendarInstants({ isDue, times }: Calendar, zone: string, { from, until }: Span): string[] {
  const instants = new Set<number>();
  for (let day = from; Temporal.PlainDate.compare(day, until) < 0; day = day.add({ days: 1 }))
    if (isDue(day))
      for (const time of times) instants.add(wallInstantMs(day.toPlainDateTime(Temporal.PlainTime.from(time)), zone));
  return isoList([...instants]);
}

/** Every so many minutes of elapsed time from the first midnight on. */
export function elapsedInstants(minutes: number, zone: string, { from, until }: Span): string[] {
  const end = until.toZonedDateTime(zone).epochMilliseconds;
  const instants: number[] = [];
  for (let at = from.toZonedDateTime(zone).epochMilliseconds; at < end; at += minutes * 60_000) instants.push(at);
  return isoList(instants);
}

function isoList(instants: number[]): string[] {
  return instants.sort((a, b) => a - b).map((ms) => new Date(ms).toISOString());
}

/** Each change of the zone's clock within the span. */
export function transitionsOf(zone: string, { from, until }: Span): Temporal.ZonedDateTime[] {
  const end = until.toZonedDateTime(zone).epochMilliseconds;
  const found: Temporal.ZonedDateTime[] = [];
  for (let at = from.toZonedDateTime(zone).getTimeZoneTransition('next'); at && at.epochMilliseconds < end; ) {
    found.push(at);
    at = at.getTimeZoneTransition('next');
  }
  return found;
}
