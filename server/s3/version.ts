import { createHash } from 'node:crypto';

/** What a listing and the head of an answer both tell of an object. */
export interface ObjectFacts {
  /** Bytes, where told. */
  size: number | undefined;
  eTag: string | undefined;
  modifiedAt: Date | undefined;
}

/** The ledger has room for 128 bytes, of which a backfill takes some. */
const longest = 100;

/**
 * Changes with an object's content: its size and ETag, `524288-9b2cf535f27731c974343645a3985328`. The time of change,
 * in whole seconds as all answers tell it, where a server gives no ETags.
 */
export function versionOf({ size = 0, eTag, modifiedAt }: ObjectFacts): string {
  const mark = eTag === undefined ? `at${Math.floor((modifiedAt?.getTime() ?? 0) / 1000)}` : bare(eTag);
  const version = `${size}-${mark}`;
  return version.length <= longest ? version : `${size}-#${createHash('sha1').update(mark).digest('hex')}`;
}

/** Whether an object is of this version. Servers that list no ETags may tell one with the object itself. */
export function isOfVersion(facts: ObjectFacts, version: string): boolean {
  const isByTime = /^\d+-at\d+$/.test(version);
  return versionOf(isByTime ? { ...facts, eTag: undefined } : facts) === version;
}

/** The ETag as an If-Match wants it; undefined where the version does not hold one. */
export function eTagOf(version: string): string | undefined {
  const mark = version.slice(version.indexOf('-') + 1);
  return /^(at\d+|#.*)$/.test(mark) ? undefined : `"${mark}"`;
}

/** Servers differ in quotes, and proxies that compress mark an ETag as weak. */
function bare(eTag: string): string {
  return eTag.replace(/^W\//, '').replaceAll('"', '');
}
