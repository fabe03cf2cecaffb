import type { Upload } from 'tus-js-client';
import { type ImportFileKind, importLimits } from '../../shared/campaign.ts';
import type { CampaignImportFile } from '../api/types.ts';
import type { UploadState } from '../words/campaign.ts';

/** One file of an import, as this page knows it. */
export interface UploadItem {
  key: string;
  name: string;
  kind: ImportFileKind;
  size: number;
  sent: number;
  state: UploadState;
  /** Why it is refused, and what to do. */
  problem: string | undefined;
  /** The server's id, once it is known there. */
  fileId: string | undefined;
  /** Absent where the page was loaded again and the file was not chosen anew. */
  file: File | undefined;
  upload: Upload | undefined;
}

/** The same file of an import, whether it was dropped before the page was loaded again or after. */
export function keyOf(name: string, size: number): string {
  return `${name}\n${size}`;
}

/** A file that the server has, or has a part of. */
export function itemOf({ name, kind, bytes, bytes_received, file_id, failure, state }: CampaignImportFile): UploadItem {
  return {
    ...{ key: keyOf(name, bytes), name, kind, size: bytes, sent: bytes_received, fileId: file_id },
    ...{ file: undefined, upload: undefined, problem: failure?.message },
    state: failure ? 'refused' : state === 'uploading' ? 'missing' : 'here',
  };
}

/** Takes one of the places. Without a line it holds none. */
export function isGoing({ state, upload }: UploadItem): boolean {
  return upload !== undefined && (state === 'uploading' || state === 'broken');
}

/** On its way, or to be. */
export function isUnderWay({ state }: UploadItem): boolean {
  return state === 'waiting' || state === 'uploading' || state === 'broken';
}

export function isSheet({ kind }: UploadItem): boolean {
  return kind === 'sheet';
}

/** Why a file is not even sent; undefined where it is. `taken`: how many the import has. */
export function refusalOf({ name, kind, size }: UploadItem, taken: number): string | undefined {
  const { fileBytes, sheetBytes, files, nameLength } = importLimits;
  if (size === 0) return 'The file is empty.';
  if (kind === 'audio' && size > fileBytes) return 'It is larger than 2 GB, the most that is taken of a recording.';
  if (kind === 'sheet' && size > sheetBytes) return 'It is larger than 50 MB, the most that is taken of a CSV.';
  if (name.length > nameLength) return `Its name is longer than ${nameLength} characters.`;
  if (taken >= files)
    return `One import takes ${files.toLocaleString('en-GB')} files. Import these, then drop the rest.`;
  return undefined;
}
