import { uuidText } from '../../../db/uuid.ts';

/**
 * Where an interaction's recording is kept. Ids grow with time, so their beginning puts the recordings of about a minute
 * into one folder.
 */
export function recordingKey(accountId: number, interactionId: Buffer, position: number): string {
  const id = uuidText(interactionId);
  return `recordings/${accountId}/${id.slice(0, 8)}/${id}-${position}`;
}
