import type { Pool } from 'mysql2/promise';
import { listRetries, retryChain } from '../../db/queries/execution-retry.ts';
import type { ExecutionRecord } from '../../db/queries/executions.ts';
import { uuidText } from '../../db/uuid.ts';
import type { ExecutionStatus } from '../../shared/execution.ts';
import { retryRefusal } from './retry.ts';

/** What an execution retries, what retries it, and whether it can be retried now. */
export interface RetriesShown {
  /** The execution that it retries. */
  retry_of: string | null;
  /** Its own retries, the newest first. */
  retries: { execution_id: string; status: ExecutionStatus }[];
  /** Whether what failed can be done again, and if not, why. */
  retry: { possible: boolean; reason: string | null };
}

export async function retriesOf(pool: Pool, execution: ExecutionRecord): Promise<RetriesShown> {
  const { accountId, id, retryOf } = execution;
  const refusalOf = async () => retryRefusal(pool, execution, await retryChain(pool, accountId, id));
  const [retries, refusal] = await Promise.all([listRetries(pool, accountId, id), refusalOf()]);
  return {
    retry_of: retryOf && uuidText(retryOf),
    retries: retries.map((retry) => ({ execution_id: uuidText(retry.id), status: retry.status })),
    retry: { possible: refusal === undefined, reason: refusal?.message ?? null },
  };
}
