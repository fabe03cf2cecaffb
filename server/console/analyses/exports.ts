import { selectRequested } from '../../../db/queries/requested-exports.ts';
import { uuidText } from '../../../db/uuid.ts';
import type { Failure } from '../../../shared/error.ts';
import type { ExecutionStatus } from '../../../shared/execution.ts';
import { signedIn } from '../trpc.ts';

/** An export that the signed-in user asked for. Its files come by mail alone, so there is no link here. */
export interface RequestedExport {
  execution_id: string;
  name: string;
  status: ExecutionStatus;
  /** It was told to stop, and does within seconds. */
  cancel_requested: boolean;
  /** It did not arrive everywhere, and no retry of it was begun that was not cancelled. */
  can_retry: boolean;
  /** By name; the user's own address where it is mailed. */
  destinations: string[];
  rows: number;
  note: string | null;
  error: Failure | null;
  created_at: string;
  ended_at: string | null;
}

const newest = 20;
const failed: readonly ExecutionStatus[] = ['handler_failed', 'delivery_failed', 'partial_success'];

/** The newest first. */
export const exports = signedIn.query(async ({ ctx }): Promise<RequestedExport[]> => {
  const { accountId, user } = ctx.session;
  const found = await selectRequested(ctx.services.database.pool, accountId, user.id, newest);
  // A retry that was cancelled leaves what it was for to another one.
  const retries = found.filter(({ status }) => status !== 'cancelled');
  const retried = new Set(retries.map(({ retryOf }) => retryOf?.toString('hex')));
  return found.map(({ id, jobName, status, connectorNames, isCancelRequested, rows, note, error, ...times }) => ({
    ...{ execution_id: uuidText(id), name: jobName, status, destinations: connectorNames },
    can_retry: failed.includes(status) && !retried.has(id.toString('hex')),
    ...{ cancel_requested: isCancelRequested, rows: rows.listed, note, error },
    created_at: times.createdAt.toISOString(),
    ended_at: times.endedAt?.toISOString() ?? null,
  }));
});
