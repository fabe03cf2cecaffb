import type { PoolConnection } from 'mysql2/promise';
import { takeConversations } from '../../../db/queries/conversation-caps.ts';
import {
  addBatchJob,
  addIngressItem,
  addJobInteractions,
  type JobInteraction,
} from '../../../db/queries/ingress-jobs.ts';
import { addRejectedRows, type RejectedRow, type RejectedRowTold } from '../../../db/queries/rejected-rows.ts';
import { newId } from '../../../db/uuid.ts';
import type { RowProblem } from '../../rows/parse/scanner.ts';
import type { Services } from '../../services.ts';
import { rejectedOf } from '../store/store.ts';
import { makesWork, type Received, rowsOf } from './rows.ts';
import { storeGroup } from './store-group.ts';

/** One item of a batch: an interaction, or why it cannot be one. Lines count from 1. */
export type BatchItem = Received | { line: number; problem: RowProblem; externalId: string | undefined; raw: string };

export interface BatchReceipt {
  jobId: Buffer;
  accepted: number;
  rejected: number;
  /** In order of line. */
  errors: RejectedRowTold[];
}

/** Everything of a batch in one transaction: the job, its interactions, what was rejected and why. */
export async function storeBatch(
  services: Services,
  accountId: number,
  items: BatchItem[],
): Promise<BatchReceipt & { makesWork: boolean }> {
  const jobId = newId();
  const rows = await rowsOf(services, accountId, items.filter(isReceived));
  const invalid = items.flatMap((item) => (isReceived(item) ? [] : [invalidRow(item)]));
  let sourceItemId = 0;
  let rejected: RejectedRow[] = [];
  const sorted = await storeGroup(services, accountId, rows, {
    job: {
      id: jobId,
      async enter(connection) {
        sourceItemId = await addIngressItem(connection, accountId, jobId, 'done');
        return sourceItemId;
      },
    },
    async alsoWrite(connection, { added, refused }) {
      rejected = [...invalid, ...refused.map(rejectedOf)].sort((a, b) => a.line - b.line);
      const accepted = added.map((row) => ({ line: row.line, interactionId: rows.buffer.idOf(row) }));
      await writeJob(connection, { accountId, id: jobId, sourceItemId }, accepted, rejected);
    },
  });
  return {
    jobId,
    accepted: sorted.added.length,
    rejected: rejected.length,
    errors: rejected.map(toldOf),
    makesWork: makesWork(sorted),
  };
}

async function writeJob(
  connection: PoolConnection,
  { accountId, ...job }: { accountId: number; id: Buffer; sourceItemId: number },
  accepted: JobInteraction[],
  rejected: RejectedRow[],
): Promise<void> {
  if (accepted.length > 0) await takeConversations(connection, accountId, accepted.length);
  await addJobInteractions(connection, job.id, accepted);
  const place = { accountId, executionId: job.id, sourceItemId: job.sourceItemId, fileName: 'batch' };
  await addRejectedRows(connection, place, rejected);
  const counts = { accepted: accepted.length, rejected: rejected.length };
  await addBatchJob(connection, accountId, job, { total: counts.accepted + counts.rejected, ...counts });
}

function isReceived(item: BatchItem): item is Received {
  return 'interaction' in item;
}

function invalidRow({ line, problem, externalId, raw }: Exclude<BatchItem, Received>): RejectedRow {
  return { line, column: problem.column, code: problem.code, reason: problem.reason, raw, externalId };
}

function toldOf({ line, reason, externalId }: RejectedRow): RejectedRowTold {
  return { line, reason, external_interaction_id: externalId ?? null };
}
