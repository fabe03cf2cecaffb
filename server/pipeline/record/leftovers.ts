import { forgetLeftover, listLeftovers, noteLeftovers } from '../../../db/queries/leftovers.ts';
import type { RecordingOutcome } from '../../../db/queries/recordings.ts';
import type { Work } from '../../../db/queries/work.ts';
import type { Services } from '../../services.ts';
import { recordingKey } from './storage-key.ts';

/** Longer than anybody who has begun to read it takes, or whose claim is lost to write it. */
const keptMs = 3_600_000;
const removedAtOnce = 5_000;
const sideBySide = 8;

/** Removes from storage what no recording has referred to for an hour, so much at once; the rest is for the next time. */
export async function removeLeftovers(
  { database: { pool }, storage }: Pick<Services, 'database' | 'storage'>,
  now = new Date(),
): Promise<void> {
  const leftovers = await listLeftovers(pool, new Date(now.getTime() - keptMs), removedAtOnce);
  for (let at = 0; at < leftovers.length; at += sideBySide)
    await Promise.all(
      leftovers.slice(at, at + sideBySide).map(async (leftover) => {
        if (!leftover.isReferredTo) await storage.remove(leftover.storageKey);
        await forgetLeftover(pool, leftover);
      }),
    );
}

/** Notes what an attempt has stored whose result may not count. Never throws: the failure that led here is to be told. */
export async function leaveBehind(
  { database: { pool }, log }: Pick<Services, 'database' | 'log'>,
  { accountId, subject: interactionId }: Work,
  outcomes: readonly RecordingOutcome[],
): Promise<void> {
  const keys = outcomes.flatMap((outcome) => (outcome.state === 'here' ? [outcome.storageKey] : []));
  try {
    await noteLeftovers(
      pool,
      keys.map((storageKey) => ({ accountId, interactionId, storageKey })),
    );
  } catch (error) {
    log.warn({ err: error, keys }, 'recordings that may not count could not be noted; they may stay in storage');
  }
}

/** Removes what attempts that ended without a word may have stored of a recording that still waits. */
export async function removeEarlier(
  { storage }: Pick<Services, 'storage'>,
  work: Work,
  position: number,
): Promise<void> {
  // The attempts do not tell: some are not counted. The token never goes back.
  if (work.claim < 2) return;
  // Taking the work moves the token on by one; giving it back did before, where somebody could.
  for (const claim of [work.claim - 1, work.claim - 2])
    await storage.remove(recordingKey(work.accountId, work.subject, position, { id: work.id, claim }));
}
