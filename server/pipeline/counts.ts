import { AppError } from '../../shared/error.ts';
import type { ItemCounts, RowCounts } from '../../shared/execution.ts';

/** Throws unless every item and every row that was listed is accounted for: an end with wrong counts is not written. */
export function requireSums(items: ItemCounts, rows: RowCounts): void {
  const { done, unchanged, waiting, failed } = items;
  const { imported, updated, duplicate, rejected } = rows;
  requireSum('items', items.listed, { done, unchanged, waiting, failed });
  requireSum('rows', rows.listed, { imported, updated, duplicate, rejected });
}

function requireSum(what: string, listed: number, parts: Record<string, number>): void {
  const sum = Object.values(parts).reduce((total, part) => total + part, 0);
  if (sum === listed) return;
  const seen = Object.entries(parts).map(([name, count]) => `${count} ${name}`);
  throw new AppError('internal', `Of ${listed} ${what} listed only ${sum} are accounted for (${seen.join(', ')}).`);
}
