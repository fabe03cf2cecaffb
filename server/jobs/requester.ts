import { isDeepStrictEqual } from 'node:util';
import { chosenConnectors } from '../../db/queries/execution-connectors.ts';
import { findReportOwner, retryChain } from '../../db/queries/execution-retry.ts';
import type { ExecutionRecord } from '../../db/queries/executions.ts';
import { readJobCreator } from '../../db/queries/jobs.ts';
import type { Scope } from '../../db/queries/scope.ts';
import { findUser, findUserByEmail, type UserRecord } from '../../db/queries/users.ts';
import { AppError } from '../../shared/error.ts';
import { getAccountById } from '../accounts/account.ts';
import { ownAddress } from '../accounts/own-address.ts';
import type { Requester } from '../reports/report-filter.ts';
import type { Services } from '../services.ts';

/**
 * Whose rights an execution has. What somebody asked for on the Analysis List is made with what he could see then and may
 * still see now, and goes where he may still send it: time passes between asking and running. Throws `forbidden` where
 * he may not any more. A job has the rights of the account, and the saved filters of whoever made it.
 */
export async function requesterOf(services: Services, execution: ExecutionRecord): Promise<Requester> {
  const { accountId, jobId } = execution;
  const { pool } = services.database;
  if (jobId !== null) {
    const creator = await readJobCreator(pool, accountId, jobId);
    const user = creator === undefined ? undefined : await findUserByEmail(pool, accountId, creator);
    return { userId: user?.id, scopes: [] };
  }
  const user = await requireRequester(services, execution);
  const scope = scopeOfUser(user);
  await requireMadeFor(services, execution, scope);
  return { userId: user.id, scopes: [...(execution.report?.scope ? [execution.report.scope] : []), scope] };
}

/** Asked right before a report leaves: making it took its time. Throws `forbidden` as `requesterOf` does. */
export async function requireRightsUnchanged(
  services: Services,
  execution: ExecutionRecord,
  { scopes }: Requester,
): Promise<void> {
  if (execution.jobId !== null) return;
  const scope = scopeOfUser(await requireRequester(services, execution));
  const before = scopes.at(-1);
  if (before && !coversAll(scope, before)) throw scopeChanged(scope);
}

/** Whoever asked, where he may still sign in and send it to where it goes. */
async function requireRequester(services: Services, execution: ExecutionRecord): Promise<UserRecord> {
  const { accountId, requestedBy } = execution;
  const user = requestedBy === null ? undefined : await findUser(services.database.pool, accountId, requestedBy);
  if (!user || user.disabledAt)
    throw refused(`${execution.triggeredBy ?? 'Whoever asked for it'} cannot sign in any more, so nothing was sent.`);
  await requireDestinations(services, execution, user);
  return user;
}

export function scopeOfUser({ role, email, teams, campaigns }: UserRecord): Scope {
  return { role, email, teams, campaigns };
}

async function requireDestinations(services: Services, execution: ExecutionRecord, user: UserRecord): Promise<void> {
  const { accountId, id, recipient } = execution;
  const chosen = await chosenConnectors(services.database.pool, accountId, id);
  if (chosen.length > 0 && user.role !== 'admin')
    throw refused(`${user.email} is no admin any more, and reports leave over connectors for admins alone.`);
  if (recipient === null) return;
  if (recipient.toLowerCase() !== user.email.toLowerCase())
    throw refused(`${recipient} is not the address of ${user.email} any more, so nothing was sent there.`);
  const { state, message } = ownAddress(user, await getAccountById(services, accountId));
  if (state !== 'ready') throw refused(message);
}

/** A report that is there already holds what its requester saw then. Whoever may see something else now has it made anew. */
async function requireMadeFor({ database }: Services, execution: ExecutionRecord, now: Scope): Promise<void> {
  const { accountId, id, report } = execution;
  if (!report?.scope || coversAll(now, report.scope)) return;
  const chain = await retryChain(database.pool, accountId, id);
  if (await findReportOwner(database.pool, accountId, chain)) throw scopeChanged(now);
}

function coversAll(now: Scope, before: Scope): boolean {
  return now.role === 'admin' || isDeepStrictEqual(comparable(now), comparable(before));
}

function scopeChanged({ email }: Scope): AppError {
  return refused(
    `What ${email} may see has changed since this report was made, so it was not sent. Ask for it again on the Analysis List.`,
  );
}

function comparable({ role, email, teams, campaigns }: Scope): unknown {
  if (role === 'admin') return { role };
  if (role === 'agent') return { role, email: email.toLowerCase() };
  return { role, teams: [...new Set(teams)].sort(), campaigns: [...new Set(campaigns)].sort() };
}

function refused(message: string): AppError {
  return new AppError('forbidden', message);
}
