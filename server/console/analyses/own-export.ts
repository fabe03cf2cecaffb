import { type ExecutionRecord, requireExecution } from '../../../db/queries/executions.ts';
import { AppError } from '../../../shared/error.ts';
import type { Session } from '../../security/sessions.ts';
import type { Services } from '../../services.ts';

/** An export that the signed-in user asked for. Throws `not_found` for all others: of those he learns nothing here. */
export async function requireOwnExport(
  { database }: Services,
  { accountId, user }: Session,
  id: Buffer,
): Promise<ExecutionRecord> {
  const execution = await requireExecution(database.pool, accountId, id);
  if (execution.requestedBy === user.id) return execution;
  throw new AppError('not_found', 'You have asked for no such export. Reload the list to see which ones you have.');
}
