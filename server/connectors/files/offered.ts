/** Suffixes that programs give to files they are still writing. */
const unfinished = /(\.part|\.filepart|\.partial|\.tmp|\.temp|\.crdownload|\.upload|\.swp|~)$/i;

const endings = {
  csv: /\.csv(\.gz)?$|\.zip$/i,
  ndjson: /\.(ndjson|jsonl)(\.gz)?$|\.zip$/i,
} satisfies Record<string, RegExp>;

/** What a name says of a file: one to import, one of those that is still being written, or neither. */
export function standingOf(name: string, format: keyof typeof endings): 'offered' | 'unfinished' | 'other' {
  if (name.startsWith('.')) return 'other';
  if (endings[format].test(name)) return 'offered';
  return unfinished.test(name) && endings[format].test(name.replace(unfinished, '')) ? 'unfinished' : 'other';
}

/** Why a file with an unfinished name is not read now, for its `waiting`. */
export function stillUploaded(name: string): string {
  return `still being uploaded: ${name}`;
}

/** Why a file is not read before the sender has put its done marker beside it, for its `waiting`. */
export function waitsForMarker(marker: string): string {
  return `waits for ${marker}`;
}

/** Whether files that are imported could end like this; such an ending cannot mark others as complete. */
export function isEndingOfFiles(ending: string): boolean {
  return unfinished.test(ending) || Object.values(endings).some((pattern) => pattern.test(`x${ending}`));
}
