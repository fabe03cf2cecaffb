/**
 * Times are shown in the account's zone with the zone named; the exact instant stands beside them (on hover).
 * Everything here is pure: an instant and a zone in, words out.
 */

type Instant = string | number | Date;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${name}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
  formats.set(key, made);
  return made;
}

/** `21 Nov 2026, 14:05` in the zone. */
export function dateTimeInZone(instant: Instant, zone: string): string {
  const made = format(zone, 'date-time', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return made.format(new Date(instant));
}

/** `21 Nov 2026, 14:05:09` in the zone. */
export function secondInZone(instant: Instant, zone: string): string {
  const made = format(zone, 'second', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  return made.format(new Date(instant));
}

/** `14:05:09` in the zone. */
export function clockTimeInZone(instant: Instant, zone: string): string {
  const made = format(zone, 'clock', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  return made.format(new Date(instant));
}

/** The zone's short name at that instant: `GMT+5:30`, `GMT`. */
export function zoneName(instant: Instant, zone: string): string {
  const made = format(zone, 'zone', { timeZoneName: 'shortOffset' });
  const part = made.formatToParts(new Date(instant)).find((candidate) => candidate.type === 'timeZoneName');
  return part?.value ?? zone;
}

/** For the hover: the local second with its zone, and the instant as ISO 8601 in UTC. */
export function exactInstant(instant: Instant, zone: string): string {
  const made = format(zone, 'exact', { dateStyle: 'full', timeStyle: 'medium', hourCycle: 'h23' });
  const date = new Date(instant);
  return `${made.format(date)} ${zone} (${zoneName(date, zone)})\n${date.toISOString()}`;
}

/** `21 Nov 2026` in the zone. */
export function dayInZone(instant: Instant, zone: string): string {
  return format(zone, 'day', { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(instant));
}

/** YYYY-MM-DD of the instant in the zone: what a date field takes. */
export function dateInZone(instant: Instant, zone: string): string {
  const parts = format(zone, 'date', { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(
    new Date(instant),
  );
  const value = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return `${value('year')}-${value('month')}-${value('day')}`;
}

/** `21 Nov 2026` for 2026-11-21. A calendar day has no zone: it is read and written as UTC, so that none can move it. */
export function calendarDay(date: string): string {
  return dayInZone(`${date}T00:00:00Z`, 'UTC');
}

const units = [
  { name: 'day', seconds: 86_400 },
  { name: 'hour', seconds: 3600 },
  { name: 'minute', seconds: 60 },
] as const;

/** `3 minutes ago`, `in 2 hours`, `just now`: rounded towards now, so that it never claims more than has passed. */
export function fromNow(instant: Instant, now: Instant): string {
  const seconds = (new Date(instant).getTime() - new Date(now).getTime()) / 1000;
  const distance = Math.abs(seconds);
  const unit = units.find((candidate) => distance >= candidate.seconds);
  if (!unit) return seconds > 10 ? 'in less than a minute' : 'just now';
  const count = Math.floor(distance / unit.seconds);
  const words = `${count} ${unit.name}${count === 1 ? '' : 's'}`;
  return seconds < 0 ? `${words} ago` : `in ${words}`;
}

export function isPast(instant: Instant, now: Instant): boolean {
  return new Date(instant).getTime() < new Date(now).getTime();
}

/** A span of milliseconds as `0.8 s`, `42 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(Math.floor(seconds % 60))} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** A place in a recording: `1:05`, `1:02:05`. Seconds in. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = pad(whole % 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${rest}` : `${minutes}:${rest}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
