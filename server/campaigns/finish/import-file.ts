import { type FileChange, type StoredImportFile, updateFile } from '../../../db/queries/campaign-import-files.ts';
import { findByExternalId } from '../../../db/queries/received-interactions.ts';
import { newId } from '../../../db/uuid.ts';
import { AppError } from '../../../shared/error.ts';
import { duplicate } from '../../pipeline/receive/rows.ts';
import { storeUploaded } from '../../pipeline/receive/uploaded.ts';
import { audioOnly } from '../../pipeline/record/content.ts';
import { recordingKey } from '../../pipeline/record/storage-key.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import { isProblem } from '../../rows/validate/validate.ts';
import type { Services } from '../../services.ts';
import { gathered } from '../../storage/gather.ts';
import { readSegments } from '../../storage/segments.ts';
import { isKept, removeContent, removeRecording } from '../content.ts';
import type { ConversationReader } from './conversation.ts';
import type { RowKept } from './read-sheets.ts';

/**
 * Makes one uploaded file a conversation: its segments become the recording, which is stored together with the
 * interaction. The interaction's id is chosen before anything is stored, so whoever comes after a program that died
 * knows what was its own. Throws what concerns the whole import (`conversation_cap_exceeded`) or passes.
 */
export async function importFile(
  services: Services,
  file: StoredImportFile,
  reader: ConversationReader,
  signal: AbortSignal,
): Promise<void> {
  const chosen = { ...file, interactionId: file.interactionId ?? newId() };
  if (!file.interactionId) await updateFile(services.database.pool, file, { interactionId: chosen.interactionId });
  try {
    const interaction = conversationOf(file, reader);
    if (!(await isStored(services, chosen, interaction.externalId))) await store(services, chosen, interaction, signal);
    await end(services, chosen, imported);
  } catch (error) {
    const outcome = outcomeOf(error);
    if (!outcome || signal.aborted) throw error;
    // Another attempt, which thinks that this one is dead, may have been quicker with the same.
    if (await isKept(services.database.pool, chosen)) return await end(services, chosen, imported);
    await removeRecording(services.storage, chosen);
    await end(services, chosen, outcome);
  }
}

const imported: FileChange = { state: 'imported', failure: null };

type Chosen = StoredImportFile & { interactionId: Buffer };

function conversationOf({ name, metadata }: StoredImportFile, reader: ConversationReader): Interaction {
  const row = metadata as RowKept | undefined;
  const read = row?.read ?? reader.read([''], name);
  if (!isProblem(read)) return read;
  const where = row ? `Line ${row.line} of ${row.sheet}, which names this recording: ` : '';
  throw new AppError('invalid', `${where}${read.reason}`);
}

/** True: by an earlier attempt. Throws `duplicate` where another conversation has the id. */
async function isStored(
  { database }: Services,
  { accountId, interactionId }: Chosen,
  externalId: string,
): Promise<boolean> {
  const known = await findByExternalId(database.pool, accountId, externalId);
  if (!known) return false;
  if (known.id.equals(interactionId)) return true;
  throw duplicate(externalId);
}

async function store(services: Services, file: Chosen, interaction: Interaction, signal: AbortSignal): Promise<void> {
  const { accountId, interactionId, name } = file;
  const storageKey = recordingKey(accountId, interactionId, 0);
  const content = audioOnly(readSegments(services.storage, file.segments), signal);
  const stored = await services.storage.put(storageKey, gathered(content));
  signal.throwIfAborted();
  await storeUploaded(services, accountId, interaction, { storageKey, ...stored, reference: name }, interactionId);
}

/** What lay in storage goes when the end is written; should the program die in between, the end of the import does it. */
async function end({ database, storage }: Services, file: Chosen, change: FileChange): Promise<void> {
  await updateFile(database.pool, file, change);
  await removeContent(storage, file);
  await updateFile(database.pool, file, { segments: [], pending: [] });
}

const whatToDo: Partial<Record<AppError['code'], string>> = {
  duplicate:
    ' It was not imported again. If it is another call, rename the file, or give it an external_interaction_id in a CSV.',
  invalid: ' Mend it and drop the recording again with the CSV.',
};

/** The end of the one file, where the failure is its own. */
function outcomeOf(thrown: unknown): FileChange | undefined {
  if (!(thrown instanceof AppError)) return undefined;
  const { code, message, kind } = thrown;
  if (code === 'conversation_cap_exceeded' || code === 'cancelled') return undefined;
  if (kind !== 'config' && code !== 'sealed_data_damaged') return undefined;
  const failure = { code, message: `${message}${whatToDo[code] ?? ''}` };
  return { state: code === 'duplicate' ? 'duplicate' : 'failed', failure };
}
