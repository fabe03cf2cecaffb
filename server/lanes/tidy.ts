import { removeOldAlerts } from '../../db/queries/alerts.ts';
import { removeOldKeys } from '../../db/queries/idempotency.ts';
import { removeOldWaitingItems } from '../../db/queries/waiting-items.ts';
import { removeOldWebhooks } from '../../db/queries/webhook-sending.ts';
import { forgetOldWorkers } from '../../db/queries/workers.ts';
import { cancelForgottenImports } from '../campaigns/tidy.ts';
import { removeLeftovers } from '../pipeline/record/leftovers.ts';
import { removeEndedCopies } from '../reports/ended-links.ts';
import type { Services } from '../services.ts';

/** Removes what has had its time. */
export async function tidy(services: Services): Promise<void> {
  const { pool } = services.database;
  await cancelForgottenImports(pool);
  await forgetOldWorkers(pool);
  await removeOldWebhooks(pool);
  await removeOldKeys(pool);
  await removeOldAlerts(pool);
  await removeOldWaitingItems(pool);
  await removeEndedCopies(services);
  await removeLeftovers(services);
}
