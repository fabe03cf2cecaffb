import type { PoolConnection } from 'mysql2/promise';
import { z } from 'zod';
import { transaction } from '../../db/database.ts';
import { lockAccount } from '../../db/queries/account-lock.ts';
import { exportConnectors } from '../../db/queries/connectors.ts';
import { chosenConnectors } from '../../db/queries/execution-connectors.ts';
import { addExecution, type ExecutionRecord, type KeptReport } from '../../db/queries/executions.ts';
import { countOpenRequested } from '../../db/queries/requested-exports.ts';
import { findUser, type UserRecord } from '../../db/queries/users.ts';
import { addWork } from '../../db/queries/work.ts';
import { newId } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { uidSchema } from '../../shared/id.ts';
import { nameSchema } from '../../shared/name.ts';
import { reportSchema } from '../../shared/report.ts';
import { ownMail } from '../accounts/own-address.ts';
import { requireReport } from '../reports/report-check.ts';
import { reportFilterOf } from '../reports/report-filter.ts';
import { type RowFilter, rowFilterSchema } from '../reports/row-filter.ts';
import { requireSavedFilter } from '../reports/saved-filters.ts';
import { requireAdminOfConsole } from '../security/guards.ts';
import type { Session } from '../security/sessions.ts';
import type { Services } from '../services.ts';
import { scopeOfUser } from './requester.ts';
import { retryExecution } from './retry.ts';

/** An export that somebody asks for on the Analysis List. */
export const exportRequestSchema = z
  .strictObject({
    /** In the history, the file's name and the mail's subject. */
    name: nameSchema.default('Analysis export'),
    report: reportSchema,
    /** What the list is filtered by; it narrows the report beside its own days and saved filter. */
    filter: rowFilterSchema.default({}),
    /** Export connectors by their uids: for admins. */
    connectors: z.array(uidSchema).max(20).default([]),
    /** To the signed-in user's own address, and to no other. */
    email_me: z.boolean().default(false),
  })
  .refine(({ connectors, email_me: emailMe }) => emailMe || connectors.length > 0, {
    path: ['connectors'],
    message: 'choose where the report goes: Email me, or an export connector',
  });
export type ExportRequest = z.infer<typeof exportRequestSchema>;

/** More at once would keep the account's other exports waiting. */
const mostOpen = 5;

/**
 * Makes an execution without a job: the same states, history, links and retry as every export, with the rights of whoever
 * asks. What it reports is kept as it is now. Throws `forbidden` or `console_disabled` for a destination that is not
 * theirs, `conflict` for an address that nothing is mailed to, `invalid` for a report or a connector that cannot be.
 */
export async function requestExport(services: Services, session: Session, request: ExportRequest): Promise<Buffer> {
  const { accountId } = session;
  if (request.connectors.length > 0) requireAdminOfConsole(session);
  const user = await requireUser(services, accountId, session.user.id);
  if (request.email_me) await requireOwnAddress(services, accountId, user);
  await requireReport(services, accountId, request.report, { userId: user.id });
  const report = await keptReport(services, accountId, user, request);
  const { timezone } = session.account;
  // What it gives is for the report to ask again when it runs; what cannot be is told now.
  await reportFilterOf(services, report, { accountId, userId: user.id, scopes: [], timezone, at: new Date() });
  const connectors = await requireConnectors(services, accountId, request.connectors);
  const id = newId();
  await transaction(services.database.pool, async (connection) => {
    await requireRoom(connection, accountId, user.id);
    const recipient = request.email_me ? user.email : undefined;
    await addExecution(connection, {
      ...{ id, accountId, jobId: null, jobName: request.name, type: 'data_export', report },
      connectorIds: connectors.map((connector) => connector.id),
      connectorNames: [...connectors.map(({ name }) => name), ...(recipient ? [recipient] : [])],
      ...{ triggerKind: 'manual', triggeredBy: user.email, requestedBy: user.id, recipient },
    });
    await addWork(connection, [{ kind: 'execute', accountId, subject: id }]);
  });
  return id;
}

/**
 * Makes an execution that sends again what of this one did not arrive. Whether its asker may still send it there is looked at
 * when it runs. Throws as `retryExecution` does, `rate_limited`, and `forbidden` or `console_disabled` for connectors.
 */
export async function retryRequested(
  services: Services,
  session: Session,
  { accountId, id }: Pick<ExecutionRecord, 'accountId' | 'id'>,
): Promise<Buffer> {
  const { pool } = services.database;
  const { id: userId, email: by } = session.user;
  if ((await chosenConnectors(pool, accountId, id)).length > 0) requireAdminOfConsole(session);
  await transaction(pool, (connection) => requireRoom(connection, accountId, userId));
  return await retryExecution(services, accountId, id, { by });
}

async function requireRoom(connection: PoolConnection, accountId: number, userId: number): Promise<void> {
  await lockAccount(connection, accountId);
  if ((await countOpenRequested(connection, accountId, userId)) < mostOpen) return;
  throw new AppError(
    'rate_limited',
    `${mostOpen} exports that you asked for are under way. Wait until one of them has ended.`,
  );
}

async function requireUser({ database }: Services, accountId: number, id: number): Promise<UserRecord> {
  const user = await findUser(database.pool, accountId, id);
  if (!user || user.disabledAt) throw new AppError('forbidden', 'You cannot sign in any more. Ask an admin.');
  return user;
}

async function requireOwnAddress(services: Services, accountId: number, user: UserRecord): Promise<void> {
  const { state, message } = await ownMail(services, accountId, user);
  if (state !== 'ready') throw new AppError('conflict', message, { field: 'email_me' });
}

/** A saved filter is kept by its content: changing it afterwards changes no report that was asked for before. */
async function keptReport(
  services: Services,
  accountId: number,
  user: UserRecord,
  { report, filter }: { report: ExportRequest['report']; filter: RowFilter },
): Promise<KeptReport> {
  const { saved_filter: name } = report;
  const saved = name === undefined ? [] : [(await requireSavedFilter(services, accountId, name, user.id)).filter];
  return { ...report, filters: [filter, ...saved], scope: scopeOfUser(user) };
}

async function requireConnectors({ database }: Services, accountId: number, uids: readonly string[]) {
  if (uids.length === 0) return [];
  const found = await exportConnectors(database.pool, accountId);
  return [...new Set(uids)].map((uid) => {
    const connector = found.find((candidate) => candidate.uid === uid.toLowerCase());
    if (!connector)
      throw new AppError('not_found', 'A connector that was chosen is not there any more. Choose again.', {
        field: 'connectors',
      });
    if (!connector.isEnabled)
      throw new AppError(
        'invalid',
        `The connector "${connector.name}" is disabled. Enable it, or choose another one.`,
        {
          field: 'connectors',
        },
      );
    return connector;
  });
}
