/** `1 file`, `5,000 rows`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** Bytes for a person: `412 B`, `1.2 MB`. */
export function sized(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** `Tried again in 4 s, attempt 2 of 3.` */
export function triedAgain(pauseMs: number, attempt: number, most: number, verb = 'Tried'): string {
  return `${verb} again in ${Math.max(1, Math.round(pauseMs / 1000))} s, attempt ${attempt} of ${most}.`;
}
