import { z } from 'zod';
import { parseInput } from '../configuration/parse.ts';
import { dayOfDate, instantOf, zoneOf } from './local-time.ts';

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

/** The days on the wall clock of the zone. Throws `invalid` with the field. */
export function backfillRange(input: unknown, timezone: string): BackfillRange {
  const { from, to } = parseInput(backfillDaysSchema, input);
  const zone = zoneOf(timezone);
  return { from: instantOf(dayOfDate(from), 0, zone), to: instantOf(dayOfDate(to) + 1, 0, zone) };
}
