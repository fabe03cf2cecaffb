import { timeMsOf } from '../uuid.ts';

/** Interactions between two ids, both included. */
export interface IdRange {
  first: Buffer;
  last: Buffer;
}

/** Ids made within this time belong to one range. */
const nearMs = 100;

/** Ids that were made within this time are one range without a look at each. */
const togetherMs = 10_000;

/** Ranges that hold the ids, divided where nothing was made for a while. */
export function idRanges(ids: readonly Buffer[]): IdRange[] {
  const whole = spanOf(ids);
  if (!whole) return [];
  if (timeMsOf(whole.last) - timeMsOf(whole.first) <= togetherMs) return [whole];
  return mergedRanges(ids.map((id) => ({ first: id, last: id })));
}

function spanOf(ids: readonly Buffer[]): IdRange | undefined {
  let [first] = ids;
  let last = first;
  if (!first || !last) return undefined;
  for (const id of ids) {
    if (id.compare(first) < 0) first = id;
    else if (id.compare(last) > 0) last = id;
  }
  return { first, last };
}

/** The ranges as few ones, divided at the widest gaps, which may hold more than they did. */
export function mergedRanges(ranges: readonly IdRange[], most = Number.POSITIVE_INFINITY): IdRange[] {
  const sorted = [...ranges].sort((one, other) => Buffer.compare(one.first, other.first));
  const merged: IdRange[] = [];
  for (const { first, last } of sorted) {
    const before = merged.at(-1);
    if (!before || timeMsOf(first) - timeMsOf(before.last) > nearMs) merged.push({ first, last });
    else if (Buffer.compare(last, before.last) > 0) before.last = last;
  }
  return merged.length > most ? joinedAtNarrowGaps(merged, most) : merged;
}

function joinedAtNarrowGaps(ranges: readonly IdRange[], most: number): IdRange[] {
  const gapBefore = (index: number) => {
    const [before, range] = [ranges[index - 1], ranges[index]];
    return before && range ? timeMsOf(range.first) - timeMsOf(before.last) : 0;
  };
  const widest = ranges.map((_, index) => index).slice(1);
  widest.sort((one, other) => gapBefore(other) - gapBefore(one));
  const cuts = new Set(widest.slice(0, most - 1));
  const joined: IdRange[] = [];
  for (const [index, { first, last }] of ranges.entries()) {
    const before = joined.at(-1);
    if (before && !cuts.has(index)) before.last = last;
    else joined.push({ first, last });
  }
  return joined;
}
