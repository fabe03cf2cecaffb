import { transaction } from '../../../db/database.ts';
import { addWork, settleWork, type Work, type WorkKind } from '../../../db/queries/work.ts';
import { newId } from '../../../db/uuid.ts';
import type { Services } from '../../../server/services.ts';
import { WorkAborted } from '../../../server/worker/abort.ts';
import type { WorkHandler } from '../../../server/worker/handler.ts';

/** What the tests' handlers leave behind: how often each subject was done, and what was given up with which words. */
export async function openLedger(services: Services): Promise<void> {
  const { pool } = services.database;
  await pool.query(
    'CREATE TABLE IF NOT EXISTS done (subject BINARY(16) PRIMARY KEY, times INT NOT NULL, doer VARCHAR(20))',
  );
  await pool.query(
    'CREATE TABLE IF NOT EXISTS given_up (subject BINARY(16) PRIMARY KEY, code VARCHAR(32), message TEXT)',
  );
}

export interface LedgerOptions {
  kind?: WorkKind;
  concurrency?: number;
  maxAttempts?: number;
  doer?: string;
  during?: (work: Work, signal: AbortSignal) => Promise<void>;
}

/** A handler that counts each subject once more, in the transaction that settles the work. */
export function ledgerHandler({ database: { pool } }: Services, options: LedgerOptions = {}): WorkHandler {
  const { kind = 'analyse', concurrency = 4, maxAttempts = 5, doer = 'test', during } = options;
  return {
    kind,
    concurrency,
    maxAttempts,
    async run(work, signal) {
      await during?.(work, signal);
      await transaction(pool, async (connection) => {
        await connection.query('INSERT INTO done VALUES (?, 1, ?) ON DUPLICATE KEY UPDATE times = times + 1', [
          work.subject,
          doer,
        ]);
        if (!(await settleWork(connection, work))) throw new WorkAborted('lease_lost');
      });
    },
    async giveUp(work, { code, message }) {
      await transaction(pool, async (connection) => {
        if (!(await settleWork(connection, work))) throw new WorkAborted('lease_lost');
        await connection.query('INSERT INTO given_up VALUES (?, ?, ?)', [work.subject, code, message]);
      });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** New subjects with work that is due. */
export async function addSubjects(services: Services, count: number, kind: WorkKind = 'analyse'): Promise<Buffer[]> {
  const subjects = Array.from({ length: count }, newId);
  await addWork(
    services.database.pool,
    subjects.map((subject) => ({ kind, accountId: 1, subject })),
  );
  return subjects;
}
