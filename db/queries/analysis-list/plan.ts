import type { Pool, RowDataPacket } from 'mysql2/promise';
import { allOf, type Condition } from '../scope.ts';
import type { Driver } from './drivers.ts';
import type { ListQuestion } from './question.ts';

/** Which part of the time is asked for; all bounds but `before` are included. */
export interface Window {
  from?: Date | undefined;
  before?: Date | undefined;
  until?: Date | undefined;
}

/** The window as a condition on a column. */
export function within(column: string, { from, before, until }: Window): Condition {
  const bounds: [string, Date | undefined][] = [
    ['>=', from],
    ['<', before],
    ['<=', until],
  ];
  const given = bounds.filter(([, bound]) => bound !== undefined);
  return {
    sql: given.map(([sign]) => `${column} ${sign} ?`).join(' AND ') || 'TRUE',
    values: given.map(([, bound]) => bound),
  };
}

/** Microseconds of a row in an index, of a look into another index, and of a row that is read itself. */
const entryCost = 0.3;
const lookCost = 1.5;
const rowCost = 5;
/** How much of the list a condition is taken to leave that no index tells of. */
const unknownShare = 0.05;
/** As much further than reckoned a page may lie: estimates are off by their halves, and multiply. */
const doubt = 3;
/** Where ids are searched for by their beginning: ids grow with the time, so those that fit may all be old. */
const doubtOfSearch = 100;
/** Beyond as many rows InnoDB reckons, doubles what it reckoned, and says at most half of the table. */
const exactMost = 3_000;
/** A range of pending interactions is what one transaction stored, mostly. */
const rowsPerRange = 500;

/**
 * The driver from which the page is read with the least work, by the server's own estimates, which are exact where there
 * is little. In order, reading ends with the page: the rarer what fits, the later. It is taken that conditions do not
 * depend on one another.
 */
export async function chooseDriver(
  pool: Pool,
  question: ListQuestion,
  drivers: Driver[],
  { window, limit }: { window: Window; limit: number },
): Promise<Driver | undefined> {
  if (drivers.length <= 1) return drivers[0];
  const totals = wholeList(question);
  const extents = [...totals, ...drivers.map(({ extent }) => extent)];
  const [inWindow = 0, inAll = 0, ...rows] = await estimate(pool, extents, window);
  const told = drivers.map((driver, index): Told => {
    const whole = driver.extent.at === undefined ? inAll : inWindow;
    const extent = likelyRows(rows[index] ?? 0);
    return { driver, extent, share: Math.min(1, (extent + 1) / (whole + 1)) };
  });
  const untold = question.choices.filter((choice) => !drivers.some((driver) => driver.choice === choice));
  const fitting = told.reduce((product, { share }) => product * share, inWindow * unknownShare ** untold.length);
  const costs = told.map((one) => costOf(question, one, told, { fitting, limit }));
  return drivers[costs.indexOf(Math.min(...costs))];
}

function likelyRows(told: number): number {
  return told > exactMost ? Math.max(exactMost, told / 2) : told;
}

interface Told {
  driver: Driver;
  /** Rows of its index. */
  extent: number;
  /** Of the list, what its condition leaves. */
  share: number;
}

/** What the account has in the window, and altogether. */
function wholeList({ accountId }: ListQuestion): Driver['extent'][] {
  const from = 'interaction d FORCE INDEX (by_status)';
  return [
    { from, at: 'd.occurred_at', where: { sql: 'd.account_id = ? AND d.status IN (0, 1, 2, 3)', values: [accountId] } },
    { from, where: { sql: 'd.account_id = ?', values: [accountId] } },
  ];
}

const ofAnalyses: Driver['kind'][] = ['profile', 'percentage', 'points'];

function costOf(
  { pending, filter }: ListQuestion,
  { driver, extent }: Told,
  all: Told[],
  { fitting, limit }: { fitting: number; limit: number },
): number {
  const { kind, lanes, isInOrder } = driver;
  // What is known of analyses stands in one index.
  const isKnown = (other: Told) =>
    other.driver === driver || (ofAnalyses.includes(kind) && ofAnalyses.includes(other.driver.kind));
  let left = all
    .filter((other) => other.driver !== driver && isKnown(other))
    .reduce((product, { share }) => product * share, 1);
  let perRow = entryCost;
  for (const { share, driver: other } of all.filter((one) => !isKnown(one))) {
    perRow += left * (other.kind === 'search' ? rowCost : lookCost);
    left *= share;
  }
  perRow += left * rowCost;
  // Each lane is read until it alone has a page.
  const further = filter.search ? doubtOfSearch : doubt;
  const untilFull = (further * lanes.length * limit * extent) / Math.max(fitting, 0.001);
  const read = isInOrder ? Math.min(extent, untilFull) : extent;
  const unread = kind === 'attribute' && pending ? pending.ranges.length * rowsPerRange + pending.ids.length : 0;
  return read * perRow + unread * rowCost;
}

/** How many rows these hold: what the server reckons before it reads, from the index itself. MySQL has other formats, too. */
async function estimate(pool: Pool, extents: Driver['extent'][], window: Window): Promise<number[]> {
  const selects = extents.map(({ from, at, where }) => ({
    from,
    ...allOf([where, at ? within(at, window) : undefined]),
  }));
  const sql = selects.map(({ from, sql }) => `SELECT 1 FROM ${from} WHERE ${sql}`).join(' UNION ALL ');
  const [rows] = await pool.query<RowDataPacket[]>(
    `EXPLAIN FORMAT=TRADITIONAL ${sql}`,
    selects.flatMap(({ values }) => values),
  );
  const byId = new Map(rows.map((row) => [Number(row.id), Number(row.rows ?? 0)]));
  return extents.map((_, index) => byId.get(index + 1) ?? 0);
}
