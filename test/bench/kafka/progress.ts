import type { RowDataPacket } from 'mysql2/promise';
import { externalIdOf } from './events.ts';
import type { Site } from './site.ts';

/** How far the site is. */
export interface Progress {
  /** Events that the stream has passed. */
  read: number;
  /** Pieces of work that follow from them and wait or are under way. */
  work: number;
}

export async function progressOf({ services }: Site): Promise<Progress> {
  const [[row]] = await services.database.pool.query<RowDataPacket[]>(
    `SELECT (SELECT COALESCE(SUM(next_offset), 0) FROM stream_position) AS passed,
            (SELECT COUNT(*) FROM work WHERE kind IN ('record', 'analyse', 'feedback')) AS work`,
  );
  return { read: Number(row?.passed), work: Number(row?.work) };
}

/** Interactions as they are stored, and what the day's counts say of them. */
export interface Stored {
  interactions: number;
  /** Of those that were sent: each is stored once, for the external id is unique. */
  ofThoseSent: number;
  counts: { imported: number; updated: number; duplicate: number; rejected: number };
}

export async function storedOf({ services }: Site, count: number): Promise<Stored> {
  const [[stored]] = await services.database.pool.query<RowDataPacket[]>(
    'SELECT COUNT(*) AS n, COALESCE(SUM(external_id BETWEEN ? AND ?), 0) AS ours FROM interaction',
    [externalIdOf(0), externalIdOf(count - 1)],
  );
  const [[counts]] = await services.database.pool.query<RowDataPacket[]>(
    `SELECT SUM(rows_imported) AS imported, SUM(rows_updated) AS updated, SUM(rows_duplicate) AS duplicate,
            SUM(rows_rejected) AS rejected FROM execution`,
  );
  return {
    ...{ interactions: Number(stored?.n), ofThoseSent: Number(stored?.ours) },
    counts: {
      ...{ imported: Number(counts?.imported), updated: Number(counts?.updated) },
      ...{ duplicate: Number(counts?.duplicate), rejected: Number(counts?.rejected) },
    },
  };
}

/** Fails unless every event that was sent is stored once; says what was rejected. */
export async function requireStored(site: Site, count: number): Promise<void> {
  const { interactions, ofThoseSent } = await storedOf(site, count);
  if (interactions === count && ofThoseSent === count) return;
  const [rejected] = await site.services.database.pool.query<RowDataPacket[]>(
    'SELECT reason FROM rejected_row LIMIT 1',
  );
  throw new Error(
    `${interactions} interactions are stored instead of ${count}, ${ofThoseSent} of them sent. ${rejected[0]?.reason ?? 'Nothing was rejected.'}`,
  );
}

/** Calls `look` until it is true; fails when `measure` has stood still for so long. */
export async function whileMoving(
  what: string,
  look: () => Promise<boolean>,
  measure: () => Promise<unknown>,
  standstillMs = 180_000,
): Promise<void> {
  let last = '';
  let movedAt = performance.now();
  while (!(await look())) {
    const seen = JSON.stringify(await measure());
    if (seen !== last) movedAt = performance.now();
    last = seen;
    if (performance.now() - movedAt > standstillMs)
      throw new Error(`${what}: nothing has moved for ${standstillMs / 1000} s at ${seen}.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
