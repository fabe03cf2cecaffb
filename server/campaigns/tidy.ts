import type { Pool } from 'mysql2/promise';
import { transaction } from '../../db/database.ts';
import { moveImport, selectForgottenImports } from '../../db/queries/campaign-imports.ts';
import { addWork } from '../../db/queries/work.ts';
import { importLimits } from '../../shared/campaign.ts';
import type { Failure } from '../../shared/error.ts';

const importsAtOnce = 1000;

const forgotten: Failure = {
  code: 'cancelled',
  message: `Nothing came for ${importLimits.unfinishedHours} hours, so what was uploaded has been removed. Drop the files again.`,
};

/** Cancels imports that nobody finished within a day; a worker then removes what was uploaded. */
export async function cancelForgottenImports(pool: Pool): Promise<void> {
  for (const found of await selectForgottenImports(pool, importsAtOnce))
    await transaction(pool, async (connection) => {
      if (!(await moveImport(connection, found, ['open'], { state: 'cancelled', failure: forgotten }))) return;
      await addWork(connection, [{ kind: 'manual_import', accountId: found.accountId, subject: found.id }]);
    });
}
