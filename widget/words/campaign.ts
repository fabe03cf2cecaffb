import type { ImportFileState, ImportState } from '../../shared/campaign.ts';
import type { CampaignImport } from '../api/types.ts';
import { counted } from './numbers.ts';
import type { StatusWords } from './status.ts';

export const importWords: Record<ImportState, StatusWords> = {
  open: {
    word: 'Not finished',
    meaning: 'Files are being uploaded, or wait for somebody to import them. After a day without any they are removed.',
    tone: 'warn',
    shape: 'half',
  },
  finishing: { word: 'Importing', meaning: 'The recordings become conversations.', tone: 'busy', shape: 'running' },
  done: { word: 'Done', meaning: 'Every file has come to its end.', tone: 'good', shape: 'check' },
  cancelled: {
    word: 'Cancelled',
    meaning: 'It was discarded. What was imported until then stays.',
    tone: 'idle',
    shape: 'stop',
  },
};

export const importFileWords: Record<ImportFileState, StatusWords> = {
  uploading: { word: 'Incomplete', meaning: 'Not all of it has come yet.', tone: 'warn', shape: 'half' },
  uploaded: { word: 'Uploaded', meaning: 'All of it is here, waiting to be imported.', tone: 'idle', shape: 'clock' },
  imported: { word: 'Imported', meaning: 'It is a conversation and will be analysed.', tone: 'good', shape: 'check' },
  duplicate: {
    word: 'Duplicate',
    meaning: 'A conversation of that id is there already.',
    tone: 'idle',
    shape: 'pause',
  },
  failed: {
    word: 'Failed',
    meaning: 'It could not be imported; the reason stands beside it.',
    tone: 'bad',
    shape: 'cross',
  },
  read: { word: 'Read', meaning: 'Its rows were given to the recordings.', tone: 'good', shape: 'check' },
  cancelled: { word: 'Discarded', meaning: 'Its import was cancelled.', tone: 'idle', shape: 'stop' },
};

/** How a file stands that is on its way from this page. */
export type UploadState = 'waiting' | 'uploading' | 'paused' | 'broken' | 'here' | 'leaving' | 'refused' | 'missing';

export const uploadWords: Record<UploadState, StatusWords> = {
  waiting: { word: 'Waiting', meaning: 'Its turn comes: three files go at once.', tone: 'idle', shape: 'clock' },
  uploading: { word: 'Uploading', meaning: 'On its way.', tone: 'busy', shape: 'running' },
  paused: { word: 'Paused', meaning: 'It goes on from where it is.', tone: 'idle', shape: 'pause' },
  broken: {
    word: 'Interrupted',
    meaning: 'The line is broken. It goes on by itself from where it is.',
    tone: 'warn',
    shape: 'half',
  },
  here: { word: 'Uploaded', meaning: 'All of it is here.', tone: 'good', shape: 'check' },
  leaving: { word: 'Being taken out', meaning: 'It is removed, also at the server.', tone: 'busy', shape: 'running' },
  refused: { word: 'Refused', meaning: 'It is not taken; the reason stands below it.', tone: 'bad', shape: 'cross' },
  missing: {
    word: 'Incomplete',
    meaning: 'It was being uploaded from a page that is closed. Choose the same file again to go on.',
    tone: 'warn',
    shape: 'half',
  },
};

/** `18 imported, 1 duplicate, 1 failed`; what is nothing is left out. */
export function filesInWords({ files }: Pick<CampaignImport, 'files'>): string {
  const parts: [number, string][] = [
    [files.imported, 'imported'],
    [files.duplicate, files.duplicate === 1 ? 'duplicate' : 'duplicates'],
    [files.failed, 'failed'],
    [files.uploaded, 'waiting'],
    [files.uploading, 'incomplete'],
    [files.cancelled, 'discarded'],
  ];
  const words = parts.filter(([value]) => value > 0).map(([value, word]) => `${value.toLocaleString('en-GB')} ${word}`);
  return words.join(', ') || counted(0, 'file');
}

/** `about 3 min left`; nothing while it cannot be told. */
export function timeLeft(bytesLeft: number, bytesPerSecond: number): string {
  if (bytesPerSecond <= 0 || bytesLeft <= 0) return '';
  const seconds = bytesLeft / bytesPerSecond;
  if (seconds < 60) return 'less than a minute left';
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `about ${minutes} min left`;
  return `about ${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}
