const dayMs = 24 * 3_600_000;

/** Of a day as in `localDay`: 0 is Monday; 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

export interface MonthPlace {
  /** 1 to 12. */
  month: number;
  dayOfMonth: number;
  daysInMonth: number;
}

export function monthPlace(day: number): MonthPlace {
  const date = new Date(day * dayMs);
  const daysInMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return { month: date.getUTCMonth() + 1, dayOfMonth: date.getUTCDate(), daysInMonth };
}
