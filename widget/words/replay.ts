import { counted } from './numbers.ts';

/** What became of rows that were read again. */
export interface ReplayCounts {
  imported: number;
  updated: number;
  duplicate: number;
  rejected: number;
}

/** `2 rows imported, 1 row still rejected.`; `what`: what one of them is called. */
export function replayInWords({ imported, updated, duplicate, rejected }: ReplayCounts, what = 'row'): string {
  const parts: [number, string][] = [
    [imported, 'imported'],
    [updated, 'updated'],
    [duplicate, 'there already'],
    [rejected, 'still rejected'],
  ];
  const said = parts.filter(([value]) => value > 0).map(([value, words]) => `${counted(value, what)} ${words}`);
  return said.length === 0 ? `No ${what} was read again.` : `${said.join(', ')}.`;
}
