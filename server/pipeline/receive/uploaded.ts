import { addStoredRecording } from '../../../db/queries/new-recordings.ts';
import { interactionStatuses } from '../../../shared/interaction.ts';
import type { AudioFacts } from '../../../shared/measures.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import type { Services } from '../../services.ts';
import { ChunkBuffer, type Fate } from '../store/chunk.ts';
import { refusalOf } from './rows.ts';
import { storeGroup } from './store-group.ts';

/** A recording that lies in storage. */
export interface UploadedRecording {
  storageKey: string;
  byteSize: number;
  /** Hex. */
  sha256: string;
  /** The file's name as it was sent; shown to people. */
  reference?: string;
  facts?: AudioFacts;
}

const toAnalyse: Fate = { status: interactionStatuses.indexOf('queued'), unanalysedReason: null, work: 'analyse' };

/** Interaction and recording in one transaction; the analysis is the next step. */
export async function storeUploaded(
  services: Services,
  accountId: number,
  interaction: Interaction,
  recording: UploadedRecording,
  id: Buffer,
): Promise<void> {
  const buffer = new ChunkBuffer(1, 4096);
  const rows = { buffer, rows: [buffer.add(interaction, 0, toAnalyse, id)] };
  const sorted = await storeGroup(services, accountId, rows, {
    async alsoWrite(connection, { added }) {
      if (added.length === 0) return;
      await addStoredRecording(connection, accountId, { interactionId: id, reference: '', ...recording });
    },
  });
  const [refusal] = sorted.refused;
  if (refusal) throw refusalOf(refusal);
}
