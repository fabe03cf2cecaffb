/**
 *     pending ▶ processing ▶ delivering ▶ success | partial_success | delivery_failed
 *                   └────▶ handler_failed                (and cancelled, from any state that is not an end)
 */
export const executionStatuses = [
  'pending',
  'processing',
  'delivering',
  'success',
  'partial_success',
  'handler_failed',
  'delivery_failed',
  'cancelled',
] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

export const endStatuses = ['success', 'partial_success', 'handler_failed', 'delivery_failed', 'cancelled'] as const;

export function hasEnded(status: ExecutionStatus): boolean {
  return (endStatuses as readonly string[]).includes(status);
}

/** A job that fails every minute is no more work than another: the overview counts its failures up to this many. */
export const failuresMost = 100;

/** Files, objects, API pages: listed = done + unchanged + waiting + failed. */
export interface ItemCounts {
  listed: number;
  done: number;
  unchanged: number;
  waiting: number;
  failed: number;
}

/** Rows read from the items done: listed = imported + updated + duplicate + rejected. For exports: rows and parts. */
export interface RowCounts {
  listed: number;
  imported: number;
  updated: number;
  duplicate: number;
  rejected: number;
}

export interface ExportCounts {
  rows: number;
  parts: number;
}

/** What follows an import's end: states of its interactions. They never change the execution's status. */
export interface Aftermath {
  recordings: { waiting: number; here: number; failed: number };
  analyses: { queued: number; processing: number; completed: number; failed: number };
}
