import type { Connection } from '../../db/database.ts';
import type { StoredImportFile } from '../../db/queries/campaign-import-files.ts';
import { hasInteraction } from '../../db/queries/uploads.ts';
import { recordingKey } from '../pipeline/record/storage-key.ts';
import { removeSegments } from '../storage/segments.ts';
import type { Storage } from '../storage/storage.ts';

/** Removes what lies in storage of a file that was uploaded; again is as once. */
export async function removeContent(
  storage: Storage,
  { segments, pending }: Pick<StoredImportFile, 'segments' | 'pending'>,
): Promise<void> {
  await removeSegments(storage, segments);
  for (const key of pending) await storage.remove(key);
}

/** Whether the interaction is stored that was chosen for the file: then the recording is its own, whoever stored it. */
export async function isKept(
  connection: Connection,
  { accountId, interactionId }: Pick<StoredImportFile, 'accountId' | 'interactionId'>,
): Promise<boolean> {
  return interactionId !== null && (await hasInteraction(connection, { accountId, subject: interactionId }));
}

/** The recording that was made of a file's segments and of which no interaction came. */
export async function removeRecording(
  storage: Storage,
  { accountId, interactionId }: Pick<StoredImportFile, 'accountId' | 'interactionId'>,
): Promise<void> {
  if (interactionId) await storage.remove(recordingKey(accountId, interactionId, 0));
}
