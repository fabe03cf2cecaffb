import { setTimeout as delay } from 'node:timers/promises';
import { type ExecutionAmounts, readAmounts } from '../../../db/queries/execution-amounts.ts';
import {
  type ExecutionStatus,
  type ExportCounts,
  hasEnded,
  type ItemCounts,
  type RowCounts,
} from '../../../shared/execution.ts';
import { type Rate, RateMeter } from '../../jobs/rate.ts';
import { requireAdminOfConsole, sessionEnded } from '../../security/guards.ts';
import { peekSession } from '../../security/sessions.ts';
import { idOf } from '../ids.ts';
import { byId } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** How far an execution is at this moment. */
export interface ExecutionProgress extends Rate {
  status: ExecutionStatus;
  cancel_requested: boolean;
  /** What it is doing; null before the first step and after the last. */
  step: { name: string; message: string | null } | null;
  /** Null for exports. */
  items: ItemCounts | null;
  counts: RowCounts | ExportCounts;
  /** Bytes that came from the source, or were sent to destinations. */
  bytes_read: number;
  /** Bytes whose rows are stored, or that were sent. */
  bytes_done: number;
  /** How many there are; null where nobody knows. */
  bytes_expected: number | null;
  /** The newest line of its log; 0 for none. Where it has grown, ask for the log after the last line that is known. */
  last_log_id: number;
  started_at: string | null;
  ended_at: string | null;
}

const lookEveryMs = 1_000;
const allowedCheckMs = 10_000;

/**
 * Tells how far an execution is, once a second where something has changed, until it has ended; the end is told, too.
 * Throws `not_found`.
 */
export const progress = adminOfConsole.input(byId).subscription(async ({ ctx, input, signal }) => {
  const { accountId, tokenHash } = ctx.session;
  const { pool } = ctx.services.database;
  const look = () => readAmounts(pool, accountId, idOf(input.id));
  const stillAllowed = everyMs(allowedCheckMs, async () => {
    const session = await peekSession(ctx.services, tokenHash);
    if (!session) throw sessionEnded();
    requireAdminOfConsole(session);
  });
  return follow(await look(), look, stillAllowed, signal);
});

async function* follow(
  first: ExecutionAmounts,
  look: () => Promise<ExecutionAmounts>,
  stillAllowed: () => Promise<void>,
  signal: AbortSignal | undefined,
): AsyncGenerator<ExecutionProgress> {
  const meter = new RateMeter();
  let told = '';
  for (let amounts = first; ; amounts = await look()) {
    await stillAllowed();
    const shown = progressOf(amounts, meter.add(amounts));
    const text = JSON.stringify(shown);
    if (text !== told) yield shown;
    told = text;
    if (hasEnded(amounts.status)) return;
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
    if (signal?.aborted) return;
  }
}

/** Does it not more often than that. */
function everyMs(timeMs: number, act: () => Promise<void>): () => Promise<void> {
  let doneAtMs = performance.now();
  return async () => {
    if (performance.now() - doneAtMs < timeMs) return;
    await act();
    doneAtMs = performance.now();
  };
}

function progressOf(amounts: ExecutionAmounts, rate: Rate): ExecutionProgress {
  const { type, status, isCancelRequested, step, items, rows, parts, lastLogId, startedAt, endedAt } = amounts;
  const isImport = type === 'data_import';
  return {
    ...{ status, cancel_requested: isCancelRequested, step },
    items: isImport ? items : null,
    counts: isImport ? rows : { rows: rows.listed, parts },
    bytes_read: amounts.bytesRead,
    bytes_done: amounts.bytesDone,
    bytes_expected: amounts.bytesExpected,
    ...rate,
    last_log_id: lastLogId,
    started_at: startedAt?.toISOString() ?? null,
    ended_at: endedAt?.toISOString() ?? null,
  };
}
