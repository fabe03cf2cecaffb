import type { RecordingList, RecordingOutcome, RecordingRow } from '../../../db/queries/recordings.ts';
import type { Work } from '../../../db/queries/work.ts';
import { uuidText } from '../../../db/uuid.ts';
import { AppError } from '../../../shared/error.ts';
import { fetchStream } from '../../security/fetch.ts';
import type { Services } from '../../services.ts';
import { audioOnly, recordingBytesMax } from './content.ts';
import type { SourceSessions } from './sessions.ts';

/** Fetches one recording into storage. A failure that somebody must mend is its outcome; any other is thrown. */
export async function fetchRecording(
  services: Services,
  sessions: SourceSessions,
  { work, list, row, signal }: { work: Work; list: RecordingList; row: RecordingRow; signal: AbortSignal },
): Promise<RecordingOutcome> {
  const storageKey = storageKeyOf(work, row.position);
  try {
    const stored = /^[a-z][a-z0-9+.-]*:\/\//i.test(row.reference)
      ? await fetchLink(services, storageKey, row.reference, signal)
      : await sessions.with(work.accountId, row.connectorId, async (session) => {
          if (!session.recording)
            throw new AppError('invalid', 'This connector holds no recordings; audio_url must be a link.');
          const content = await session.recording({ path: row.reference, itemKey: list.itemKey });
          return services.storage.put(storageKey, audioOnly(content, signal));
        });
    return { position: row.position, state: 'here', storageKey, ...stored };
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    const error = AppError.from(thrown, 'the download of a recording');
    // Sessions end with `cancelled` when the program stops; that is nobody's mistake.
    if (error.kind !== 'config' || error.code === 'cancelled') throw error;
    return { position: row.position, state: 'failed', failure: { code: error.code, message: error.message } };
  }
}

async function fetchLink({ egress, storage }: Services, storageKey: string, link: string, signal: AbortSignal) {
  if (/^s3:/i.test(link))
    throw new AppError(
      'invalid',
      'Recordings behind s3:// links cannot be fetched by this version. Give an https link or a path beside the CSV file.',
    );
  const content = await fetchStream(link, { egress, signal, maxBytes: recordingBytesMax });
  return storage.put(storageKey, audioOnly(content, signal));
}

/** Ids grow with time, so their beginning puts the recordings of about a minute into one folder. */
function storageKeyOf({ accountId, subject }: Work, position: number): string {
  const id = uuidText(subject);
  return `recordings/${accountId}/${id.slice(0, 8)}/${id}-${position}`;
}
