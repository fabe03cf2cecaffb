import type { RecordingList, RecordingOutcome, RecordingRow } from '../../../db/queries/recordings.ts';
import type { Work } from '../../../db/queries/work.ts';
import type { Services } from '../../services.ts';
import { audioOnly, recordingBytesMax } from './content.ts';
import { givenUp, isLate } from './late.ts';
import { removeEarlier } from './leftovers.ts';
import { lastingFailure, readReference } from './reference.ts';
import type { SourceSessions } from './sessions.ts';
import { recordingKey } from './storage-key.ts';

/** Fetches one recording into storage. A failure that somebody must mend is its outcome; any other is thrown. */
export async function fetchRecording(
  services: Services,
  sessions: SourceSessions,
  { work, list, row, signal }: { work: Work; list: RecordingList; row: RecordingRow; signal: AbortSignal },
): Promise<RecordingOutcome> {
  const { position, connectorId, reference: text } = row;
  const storageKey = recordingKey(work.accountId, work.subject, position, work);
  try {
    await removeEarlier(services, work, position);
    const stored = await readReference(
      { accountId: work.accountId, connectorId, itemKey: list.itemKey, text, field: 'audio_url' },
      { services, sessions, limits: { signal, maxBytes: recordingBytesMax, tooLargeCode: 'audio_too_large' } },
      (content) => services.storage.put(storageKey, audioOnly(content, signal)),
    );
    return { position, state: 'here', storageKey, ...stored };
  } catch (thrown) {
    const failure = !signal.aborted && isLate(thrown) ? givenUp({ field: 'audio_url', ...row }) : undefined;
    if (failure) return { position, state: 'failed', failure };
    return { position, state: 'failed', failure: lastingFailure(thrown, signal, 'the download of a recording') };
  }
}
