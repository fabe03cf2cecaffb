import { posix } from 'node:path';
import { DateTime } from 'luxon';
import type { Schedule } from '../../shared/job.ts';
import type { ExpectedFile } from '../connectors/files/fields.ts';
import { listDueTimes } from '../schedule/schedule.ts';

/** One file that should have come by now. */
export interface Expectation {
  /** Its name with the day in it; `*` stands for anything. */
  name: string;
  /** When it should have been there. */
  deadline: Date;
  /** What came before this is another day's. */
  since: Date;
  /** Its day, as YYYY-MM-DD in the zone. */
  day: string;
}

const dayMs = 24 * 3_600_000;
/** A weekly file's last deadline is at most so many days back, and the one before as many again. */
const lookBackDays = 16;

/** The latest deadline of an expected file that has passed; undefined where none has. */
export function latestExpectation(file: ExpectedFile, timezone: string, now: Date): Expectation | undefined {
  const { days, by: at } = file;
  const schedule: Schedule = { frequency: 'weekly', days, at, timezone, end_date: 'never', overlap: 'skip' };
  const from = new Date(now.getTime() - lookBackDays * dayMs);
  const passed = [...listDueTimes(schedule, timezone, from, lookBackDays + 1)].filter((due) => due <= now);
  const deadline = passed.at(-1);
  if (!deadline) return undefined;
  const day = DateTime.fromJSDate(deadline, { zone: timezone });
  const name = file.name.replace(/\{(yyyy|MM|dd)\}/g, (_, part: string) => day.toFormat(part));
  return { name, deadline, since: passed.at(-2) ?? from, day: day.toFormat('yyyy-MM-dd') };
}

/** Whether an item's file name fits, letters compared without case; `*` stands for any characters, also none. */
export function fitsName(name: string, key: string): boolean {
  const [first = '', ...rest] = name.toLowerCase().split('*');
  const text = posix.basename(key).toLowerCase();
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  // Each piece where it first occurs: what is left for the next ones is then the most.
  for (const piece of rest) {
    const at = text.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}

/** The same for SQL's LIKE, in lower case. */
export function likePattern(name: string): string {
  return name
    .toLowerCase()
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%');
}
