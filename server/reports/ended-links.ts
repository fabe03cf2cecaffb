import { forgetCopies, listEndedCopies } from '../../db/queries/report-copies.ts';
import type { Services } from '../services.ts';
import { removeCopies } from './links.ts';

const copiesAtOnce = 1_000;

/** Removes the storage's plain copies of reports whose links have ended; what cannot be removed now is tried again. */
export async function removeEndedCopies(
  { database: { pool }, storage }: Pick<Services, 'database' | 'storage'>,
  now = new Date(),
): Promise<void> {
  for (let found = copiesAtOnce; found === copiesAtOnce; ) {
    const copies = await listEndedCopies(pool, now, copiesAtOnce);
    for (const copy of copies) {
      await removeCopies({ storage }, [copy], copy);
      const { id, accountId, connectorId } = copy;
      await forgetCopies(pool, accountId, { partIds: [id], connectorId });
    }
    found = copies.length;
  }
}
