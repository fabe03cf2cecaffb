import { archiveMembers } from '../fetch/archive.ts';
import type { ScratchFile } from '../fetch/scratch.ts';
import { packingOf } from '../fetch/unpack.ts';
import type { RowBlock, SourceRow } from '../store/chunks.ts';
import { type RowSettings, readRows } from './rows.ts';

/** The rows of an item that may be an archive: then those of its files, one file after the other. */
export function readFileRows(
  file: ScratchFile,
  settings: RowSettings,
  place: { dataDir: string; signal: AbortSignal },
): AsyncIterable<RowBlock<SourceRow>> {
  return packingOf(file.head) === 'zip' ? archiveRows(file, settings, place) : readRows(file, settings);
}

async function* archiveRows(
  archive: ScratchFile,
  settings: RowSettings,
  place: { dataDir: string; signal: AbortSignal },
): AsyncGenerator<RowBlock<SourceRow>> {
  for await (const { name, file } of archiveMembers(archive, settings.file_format ?? 'csv', place))
    for await (const block of readRows(file, settings)) yield { ...block, member: name };
}
