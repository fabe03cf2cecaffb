import { listOpenAlerts } from '../../../db/queries/alert-list.ts';
import {
  countOpenRejected,
  type LeftItems,
  mostCounted,
  selectLeftItems,
  selectWaitingWork,
  type WaitingWork,
} from '../../../db/queries/overview-waiting.ts';
import type { WorkKind } from '../../../db/queries/work.ts';
import type { Services } from '../../services.ts';
import { hasLiveWorker } from '../../worker/alive.ts';
import { adminOfConsole } from '../trpc.ts';

/**
 * `moving`: it is being done. `failing`: a try failed and is made again. `slow`: the first of it could have been done long
 * ago, and processes are there to do it. `stuck`: it could be done and no process is there.
 */
export type WorkState = 'moving' | 'failing' | 'slow' | 'stuck';

/** What waits. Numbers stop at `most`, which then means "at least". Times are ISO instants. */
export interface WaitingView {
  most: number;
  work: {
    kind: WorkKind;
    n: number;
    state: WorkState;
    /** Since when the first of it could be done. */
    due_since: string | null;
    /** Why a try failed that is made again. */
    error: string | null;
  }[];
  has_worker: boolean;
  /** Import jobs whose newest execution left items for later. */
  left_items: LeftItems[];
  open_rejected_rows: number;
  open_alerts: number;
}

const slowAfterMs = 10 * 60_000;

export const waiting = adminOfConsole.query(({ ctx }): Promise<WaitingView> => {
  return readWaiting(ctx.services, ctx.session.accountId, new Date());
});

export async function readWaiting(services: Services, accountId: number, now: Date): Promise<WaitingView> {
  const { pool } = services.database;
  const [work, hasWorker, leftItems, rejected, alerts] = await Promise.all([
    selectWaitingWork(pool, accountId),
    hasLiveWorker(services),
    selectLeftItems(pool, accountId),
    countOpenRejected(pool, accountId),
    listOpenAlerts(pool, accountId),
  ]);
  return {
    most: mostCounted,
    work: work.map(({ kind, n, dueSince, failure }) => ({
      ...{ kind, n, due_since: dueSince?.toISOString() ?? null, error: failure?.message ?? null },
      state: stateOf({ dueSince, failure }, hasWorker, now),
    })),
    has_worker: hasWorker,
    left_items: leftItems,
    open_rejected_rows: rejected,
    open_alerts: alerts.length,
  };
}

function stateOf(
  { dueSince, failure }: Pick<WaitingWork, 'dueSince' | 'failure'>,
  hasWorker: boolean,
  now: Date,
): WorkState {
  if (dueSince && !hasWorker) return 'stuck';
  if (dueSince && now.getTime() - dueSince.getTime() > slowAfterMs) return 'slow';
  return failure ? 'failing' : 'moving';
}
