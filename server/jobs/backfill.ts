import { z } from 'zod';
import { AppError } from '../../shared/error.ts';
import { parseInput } from '../parse-input.ts';
import { dateOfDay, dayOfDate, instantOf, localDay, zoneOf } from '../schedule/local-time.ts';

const date = z.iso.date('a date as YYYY-MM-DD');

/** A call API is asked for each of its days. */
const longestDays = 400;

/** Whole days, both of them included. */
export const backfillDaysSchema = z
  .strictObject({ from: date, to: date })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'the last day is before the first' })
  .refine(({ from, to }) => dayOfDate(to) - dayOfDate(from) < longestDays, {
    path: ['to'],
    message: `more than ${longestDays} days at once; read them again in several runs`,
  });
export type BackfillDays = z.infer<typeof backfillDaysSchema>;

/** What is to be read again: from the first instant up to the second, which is not in it. */
export interface BackfillRange {
  from: Date;
  to: Date;
}

/** The days on the wall clock of the zone. Throws `invalid` with the field, also where none of them has come. */
export function backfillRange(input: unknown, timezone: string, now = new Date()): BackfillRange {
  const { from, to } = parseInput(backfillDaysSchema, input);
  const zone = zoneOf(timezone);
  const today = dateOfDay(localDay(now, zone));
  if (from > today) throw notYet(from, today);
  return { from: instantOf(dayOfDate(from), 0, zone), to: instantOf(dayOfDate(to) + 1, 0, zone) };
}

function notYet(from: string, today: string): AppError {
  return new AppError('invalid', `from: ${from} has not come yet. Begin with ${today}, which is today, or earlier.`, {
    field: 'from',
  });
}
