/**
 * A duration as whole seconds, rounded: a number of seconds or milliseconds, or a clock's `1:02:03` and `02:03`. Anything
 * else is given back as it is.
 */
export function durationText(text: string, unit: 'seconds' | 'milliseconds'): string {
  const trimmed = text.trim();
  const [, hours = '0', minutes, seconds] = /^(?:(\d{1,4}):)?(\d{1,2}):(\d{2})(?:\.\d+)?$/.exec(trimmed) ?? [];
  if (minutes !== undefined && seconds !== undefined)
    return String(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  if (!/^\d{1,15}(\.\d+)?$/.test(trimmed)) return text;
  return String(Math.round(Number(trimmed) / (unit === 'milliseconds' ? 1000 : 1)));
}
