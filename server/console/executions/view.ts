import type { RejectedRowRecord } from '../../../db/queries/execution-details.ts';

/** A row of a file that was not taken, and why. */
export type RejectedRow = Omit<RejectedRowRecord, 'id'>;

export interface RejectedRowPage {
  rows: RejectedRow[];
  /** Give it back to get the next page; null on the last. */
  next_cursor: string | null;
}
