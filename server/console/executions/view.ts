/** A row of a file that was not taken, and why. */
export interface RejectedRow {
  file_name: string;
  /** Of the file, from 1. */
  line: number;
  column: string | null;
  code: string;
  reason: string;
  /** The row as it stood there, at most its first 4 KB. */
  raw: string;
}

export interface RejectedRowPage {
  rows: RejectedRow[];
  /** Give it back to get the next page; null on the last. */
  next_cursor: string | null;
}
