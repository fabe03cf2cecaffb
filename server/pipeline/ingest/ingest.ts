import { transaction } from '../../../db/database.ts';
import { listEnabledRules } from '../../../db/queries/assignment-rules.ts';
import {
  beginFileJob,
  endFileJob,
  type FileJob,
  type FileJobEnd,
  readOpenFileJob,
} from '../../../db/queries/file-jobs.ts';
import { ingressConnectorId } from '../../../db/queries/interactions.ts';
import type { Work } from '../../../db/queries/work.ts';
import { releaseClaims } from '../../../db/queries/workers.ts';
import { uuidText } from '../../../db/uuid.ts';
import type { Failure } from '../../../shared/error.ts';
import { getAccountById } from '../../accounts/account.ts';
import { type RowSettings, readRows } from '../../rows/rows.ts';
import type { Services } from '../../services.ts';
import { type Announcement, announce } from '../../webhooks/announce.ts';
import { settleHeld } from '../../worker/fenced.ts';
import type { WorkHandler } from '../../worker/handler.ts';
import type { ScratchFile } from '../fetch/scratch.ts';
import { importItem } from '../import/item.ts';
import type { FileRequest } from './file-request.ts';
import { openFile } from './open-file.ts';
import { RowLimit } from './row-limit.ts';

/** Each has two buffers of several megabytes, so few at once. */
const concurrency = 4;
/** One account's slow servers must not keep the files of others waiting. */
const concurrencyOfAccount = 2;
/** How long a job waits before it looks again whether its account's others have ended. */
const turnMs = 1_000;
/** With their delays about four minutes, in which a server that is restarted comes back. */
const maxAttempts = 8;

/**
 * Reads a file that came over the API: fetches it, stores its rows chunk by chunk, and tells the job's end to its
 * callback. Killed anywhere, it goes on behind the last chunk that was stored. What is wrong with the file itself ends
 * the job as failed; what was stored until then stays stored and counted.
 */
export function ingestHandler(services: Services): WorkHandler {
  const { pool } = services.database;
  const running: Work[] = [];

  async function runToEnd(work: Work, signal: AbortSignal): Promise<void> {
    const job = await readOpenFileJob(pool, work);
    if (job) await ingest(services, work, job, signal);
    await finish(services, work, undefined);
  }

  return {
    kind: 'ingest',
    concurrency,
    maxAttempts,
    async run(work, signal) {
      const others = running.filter(({ accountId }) => accountId === work.accountId);
      if (others.length >= concurrencyOfAccount) return await releaseClaims(pool, [{ ...work, delayMs: turnMs }]);
      running.push(work);
      await runToEnd(work, signal).finally(() => running.splice(running.indexOf(work), 1));
    },
    giveUp: (work, failure) => finish(services, work, failure),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function ingest(services: Services, work: Work, { request: text, item }: FileJob, signal: AbortSignal) {
  const { accountId, subject: executionId } = work;
  const { pool } = services.database;
  const request = JSON.parse(text) as FileRequest;
  await beginFileJob(pool, work);
  const settings = await rowSettings(services, accountId, request);
  const rules = await listEnabledRules(pool, accountId);
  const limit = new RowLimit();
  await importItem({ services, signal, accountId, connectorId: ingressConnectorId }, item, {
    reader: { executionId, work },
    rules,
    onExisting: 'reject',
    toleratesRejected: true,
    mustStaySame: true,
    open: () => openFile(services, accountId, request.file_url, signal),
    rows: (scratch: ScratchFile) => limit.first(readRows(scratch, settings)),
  });
  limit.requireKept();
}

async function rowSettings(services: Services, accountId: number, request: FileRequest): Promise<RowSettings> {
  const { timezone } = await getAccountById(services, accountId);
  return {
    file_format: request.format,
    column_mapping: request.column_mapping ?? {},
    timezone,
    linksOnly: true,
    defaults: {
      source: request.source?.trim() || undefined,
      callbackUrl: request.callback_url?.trim() || undefined,
      piiRedacted: request.pii_redacted ?? undefined,
      metadata: request.metadata ?? undefined,
    },
  };
}

/** The end, its counts, its announcement and the work's end are one transaction, so there is never one without the others. */
async function finish({ database }: Services, work: Work, failure: Failure | undefined): Promise<void> {
  await transaction(database.pool, async (connection) => {
    await settleHeld(connection, work);
    const end = await endFileJob(connection, work, failure);
    if (end) await announce(connection, work.accountId, announcementsOf(work.subject, end, failure));
  });
}

function announcementsOf(
  jobId: Buffer,
  { callbackUrl, completedAt, ...end }: FileJobEnd,
  failure: Failure | undefined,
): Announcement[] {
  if (callbackUrl === null) return [];
  const { status, totalRows, accepted, rejected, errors } = end;
  const data = {
    fileJobId: uuidText(jobId),
    ...{ status, totalRows, accepted, rejected },
    completedAt: completedAt.toISOString(),
    errors: errors.map(({ line, reason }) => ({ row: line, reason })),
    ...(failure ? { errorMessage: failure.message } : {}),
  };
  return [{ event: 'FILE_INGESTION_COMPLETED', callbackUrl, data }];
}
