import type { Pool, RowDataPacket } from 'mysql2/promise';
import { beyond, type Place } from '../keyset.ts';
import { allOf } from '../scope.ts';
import { type Driver, driversOf, type Lane } from './drivers.ts';
import { chooseDriver, within } from './plan.ts';
import type { ListQuestion } from './question.ts';

/** Where a page begins, and how many interactions it has at most. */
export interface PageStart {
  after: Place | undefined;
  limit: number;
}

/**
 * The places of the interactions that fit, newest first: those beyond `after`, `limit` at most. They are read from the
 * index that promises the least work, and what several of its stretches find is one place.
 */
export async function readPlaces(pool: Pool, question: ListQuestion, start: PageStart): Promise<Place[]> {
  const { from, to: before } = question.filter;
  const window = { from, before, until: start.after?.at };
  const driver = await chooseDriver(pool, question, driversOf(question), { window, limit: start.limit });
  return driver ? readPlacesBy(pool, question, driver, start) : [];
}

/** The same from this index: each gives the same places. */
export async function readPlacesBy(
  pool: Pool,
  question: ListQuestion,
  driver: Driver,
  start: PageStart,
): Promise<Place[]> {
  if (driver.lanes.length === 0) return [];
  const selects = driver.lanes.flatMap((lane) => selectsOf(driver, lane, question, start));
  const [rows] = await pool.query<RowDataPacket[]>(
    `${selects.map(({ sql }) => `(${sql})`).join(' UNION ')} ORDER BY at DESC, id DESC LIMIT ?`,
    [...selects.flatMap(({ values }) => values), start.limit],
  );
  return rows.map(({ at, id }) => ({ at, id }));
}

/**
 * What lies beyond a place in two stretches: each can be read from the index in order. Where it is not in order, an
 * interaction may be found by several of its analyses.
 */
function selectsOf(
  { isInOrder }: Driver,
  { from, at, id, where }: Lane,
  { filter }: ListQuestion,
  { after, limit }: PageStart,
) {
  const select = isInOrder ? 'SELECT STRAIGHT_JOIN' : 'SELECT STRAIGHT_JOIN DISTINCT';
  const bounds = within(at, { from: filter.from, before: filter.to });
  return beyond(after, { at, id }, 'newest_first').map((stretch) => {
    const { sql, values } = allOf([where, bounds, stretch]);
    return {
      sql: `${select} ${at} AS at, ${id} AS id FROM ${from} WHERE ${sql} ORDER BY ${at} DESC, ${id} DESC LIMIT ?`,
      values: [...values, limit],
    };
  });
}
