import type { Work } from '../../../db/queries/work.ts';
import { uuidText } from '../../../db/uuid.ts';

/**
 * Where an interaction's recording is kept. Ids grow with time, so their beginning puts the recordings of about a minute
 * into one folder. What is fetched has a place for each claim, so that whoever has lost his writes over nobody else's.
 */
export function recordingKey(
  accountId: number,
  interactionId: Buffer,
  position: number,
  work?: Pick<Work, 'id' | 'claim'>,
): string {
  const id = uuidText(interactionId);
  const claim = work ? `-${work.id}-${work.claim}` : '';
  return `recordings/${accountId}/${id.slice(0, 8)}/${id}-${position}${claim}`;
}
