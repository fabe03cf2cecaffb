import { posix } from 'node:path';
import type { SourceItem } from '../connector.ts';
import { importFormatOf } from '../files/fields.ts';
import { standingOf, stillUploaded, waitsForMarker } from '../files/offered.ts';
import type { SftpConfig } from './config.ts';
import type { Connection } from './connection.ts';
import { type Entry, listFolder, statOf } from './listing.ts';
import { versionOf } from './read.ts';

type Naming = Pick<SftpConfig, 'file_format' | 'done_marker'>;

/** What a folder offers to be imported, straight from the listing: files to read, and those that are not complete. */
export async function* listItems(connection: Connection, folder: string, naming: Naming): AsyncGenerator<SourceItem> {
  const isWanted = (name: string) => standing(name, naming) !== 'other';
  const undecoded = new Map<string, number>();
  for await (const entries of listFolder(connection, folder, isWanted)) {
    const markers = await markersOf(connection, folder, entries, naming);
    for (const [i, entry] of entries.entries()) {
      const item = itemOf(entry, naming, markers?.[i]);
      yield entry.name.includes(notDecoded) ? unnamed(item, undecoded) : item;
    }
  }
}

/** What stands for bytes that are not UTF-8 after names were decoded. */
const notDecoded = '\ufffd';

/**
 * A file whose name was lost in decoding cannot be asked for, and two of them may look the same: they are numbered. The
 * name in bytes is not to be had from the SSH library.
 */
function unnamed(item: SourceItem, seen: Map<string, number>): SourceItem {
  const number = (seen.get(item.key) ?? 0) + 1;
  seen.set(item.key, number);
  const readiness = { waiting: 'its name is not UTF-8; rename it on the server' };
  return { ...item, key: `${item.key}#${number}`, readiness };
}

function standing(name: string, { file_format, done_marker }: Naming): ReturnType<typeof standingOf> {
  const isMarker = done_marker !== undefined && name.endsWith(done_marker);
  return isMarker ? 'other' : standingOf(name, importFormatOf({ file_format }));
}

/**
 * Whether each file's done marker is there, asked for all of a batch at once. Names of other batches are not kept: that
 * would take memory by the size of the folder. Asked after the file was listed, so a marker never speaks for less than
 * what was listed; if there is more by now, reading notices.
 */
async function markersOf(
  connection: Connection,
  folder: string,
  entries: Entry[],
  { done_marker }: Naming,
): Promise<boolean[] | undefined> {
  if (done_marker === undefined) return undefined;
  const markers = entries.map(({ name }) => statOf(connection, posix.join(folder, name + done_marker)));
  return (await Promise.all(markers)).map((stats) => stats !== undefined);
}

function itemOf({ name, stats }: Entry, naming: Naming, hasMarker: boolean | undefined): SourceItem {
  return {
    key: name,
    version: versionOf(stats),
    size: stats.size,
    modifiedAt: new Date(stats.mtime * 1000),
    readiness: readinessOf(name, naming, hasMarker),
  };
}

function readinessOf(name: string, naming: Naming, hasMarker: boolean | undefined): SourceItem['readiness'] {
  if (standing(name, naming) === 'unfinished') return { waiting: stillUploaded(name) };
  return hasMarker === false ? { waiting: waitsForMarker(`${name}${naming.done_marker}`) } : 'ready';
}
