import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../db/database.ts';
import { lockAccount } from '../../db/queries/account-lock.ts';
import {
  countSavedFilters,
  deleteSavedFilter,
  findSavedFilter,
  findSavedFilterByUid,
  hasOtherNamed,
  insertSavedFilter,
  jobsNaming,
  type SavedFilterContent,
  type SavedFilterRecord,
  selectSavedFilters,
  updateSavedFilter,
} from '../../db/queries/saved-filters.ts';
import { newId, parseUuid, uuidText } from '../../db/uuid.ts';
import type { Role } from '../../shared/configuration.ts';
import { AppError } from '../../shared/error.ts';
import type { Services } from '../services.ts';
import { requireVersion, versionOf } from '../version.ts';
import { counted } from '../words.ts';
import { lineFilterOf } from './analysis-list.ts';
import type { RowFilter } from './row-filter.ts';

/** A filter as the console shows it to one user. */
export interface SavedFilterView {
  uid: string;
  name: string;
  is_shared: boolean;
  is_own: boolean;
  /** Whether this user may change and delete it. */
  may_edit: boolean;
  /** The owner's address; null where the account's configuration made it. */
  owner: string | null;
  filter: RowFilter;
  updated_at: string;
  /** Comes back with what a form saves. */
  version: string;
}

/** Whoever asks. */
export interface FilterUser {
  id: number;
  role: Role;
}

export interface SavedFilterInput {
  name: string;
  is_shared: boolean;
  filter: RowFilter;
}

const mostOwn = 200;

/** The user's own and the account's shared ones, by name. */
export async function listSavedFilters(
  { database }: Services,
  accountId: number,
  user: FilterUser,
): Promise<SavedFilterView[]> {
  const filters = await selectSavedFilters(database.pool, accountId, user.id);
  return filters.map((filter) => view(filter, user));
}

/** The filter that a name means to a user: his own before a shared one. Throws `invalid`. */
export async function requireSavedFilter(
  { database }: Services,
  accountId: number,
  name: string,
  userId: number | undefined,
): Promise<SavedFilterRecord> {
  const found = await findSavedFilter(database.pool, accountId, { name, userId });
  if (found) return found;
  throw new AppError(
    'invalid',
    `There is no saved filter "${name}" that this report could use: it must be shared, or belong to whoever made the report. Choose another one, or share it.`,
    { field: 'saved_filter' },
  );
}

/** Keeps a new filter. Throws `conflict` for a name that is taken, `forbidden` for an agent who shares. */
export async function createSavedFilter(
  services: Services,
  accountId: number,
  user: FilterUser,
  input: SavedFilterInput,
): Promise<{ uid: string }> {
  requireMayShare(user, input);
  await lineFilterOf(services, accountId, input.filter);
  const uid = newId();
  await transaction(services.database.pool, async (connection) => {
    await lockAccount(connection, accountId);
    if ((await countSavedFilters(connection, accountId, user.id)) >= mostOwn)
      throw new AppError('conflict', `You have ${mostOwn} saved filters. Delete one that you do not need any more.`);
    const content = contentOf(input);
    await requireFreeName(connection, accountId, { content, userId: user.id });
    await insertSavedFilter(connection, { accountId, userId: user.id, uid }, content);
  });
  return { uid: uuidText(uid) };
}

/**
 * Changes one's own, an admin also a shared one. Jobs that name it must still find it. Throws `conflict` at `version` where
 * somebody has saved since the form was opened.
 */
export async function changeSavedFilter(
  services: Services,
  accountId: number,
  user: FilterUser,
  { uid, version, ...input }: SavedFilterInput & { uid: string; version: string },
): Promise<void> {
  requireMayShare(user, input);
  await lineFilterOf(services, accountId, input.filter);
  await transaction(services.database.pool, async (connection) => {
    await lockAccount(connection, accountId);
    const before = await requireOwn(connection, accountId, user, uid);
    const content = contentOf(input);
    if (versionOfContent(content) === versionOfContent(before)) return;
    const { updatedAt: changedAt } = before;
    requireVersion(version, { name: `"${before.name}"`, versions: [versionOfContent(before)], changedAt });
    // Kept to himself it would be nobody's any more: its owner did not ask for that.
    if (!content.isShared && before.userId !== user.id)
      throw new AppError(
        'forbidden',
        `"${before.name}" is shared by ${ownerOf(before)}. Only its owner can end that.`,
        {
          field: 'is_shared',
        },
      );
    await requireFreeName(connection, accountId, { content, userId: before.userId, exceptId: before.id });
    if (before.name !== content.name || (before.isShared && !content.isShared))
      await requireUnused(connection, accountId, before, user, 'renamed, or kept to yourself');
    await updateSavedFilter(connection, accountId, before.id, content);
  });
}

/** Deletes one's own, an admin also a shared one. Throws `conflict` while a job uses it. */
export async function removeSavedFilter(
  { database }: Services,
  accountId: number,
  user: FilterUser,
  uid: string,
): Promise<void> {
  await transaction(database.pool, async (connection) => {
    await lockAccount(connection, accountId);
    const filter = await requireOwn(connection, accountId, user, uid);
    await requireUnused(connection, accountId, filter, user, 'deleted');
    await deleteSavedFilter(connection, accountId, filter.id);
  });
}

/** One that a user does not see is not there for him; one that he only sees is not his to change. */
async function requireOwn(
  connection: PoolConnection,
  accountId: number,
  user: FilterUser,
  uid: string,
): Promise<SavedFilterRecord> {
  const id = parseUuid(uid);
  const filter = id && (await findSavedFilterByUid(connection, accountId, id));
  if (!filter || !(filter.isShared || filter.userId === user.id))
    throw new AppError('not_found', 'This saved filter is not there any more. Reload the page to see which are.');
  if (!mayEdit(filter, user))
    throw new AppError(
      'forbidden',
      `"${filter.name}" belongs to ${ownerOf(filter)}. Save it under another name to have one of your own.`,
    );
  return filter;
}

function ownerOf({ owner }: SavedFilterRecord): string {
  return owner ?? 'the account';
}

function mayEdit({ userId, isShared }: SavedFilterRecord, user: FilterUser): boolean {
  return userId === user.id || (isShared && user.role === 'admin');
}

/** What is shared is read by everybody, its values too; an agent's own calls are his own. */
function requireMayShare({ role }: FilterUser, { is_shared: isShared }: SavedFilterInput): void {
  if (isShared && role === 'agent')
    throw new AppError('forbidden', 'Filters are shared by admins and supervisors. Keep this one to yourself.', {
      field: 'is_shared',
    });
}

async function requireFreeName(
  connection: PoolConnection,
  accountId: number,
  { content, userId, exceptId = 0 }: { content: SavedFilterContent; userId: number; exceptId?: number },
): Promise<void> {
  const { name } = content;
  // Also of a shared one: one's own goes before it, so that jobs would change what they report.
  if (!(await hasOtherNamed(connection, accountId, { name, userId, exceptId }))) return;
  throw new AppError('conflict', `There is already a saved filter "${name}". Choose another name.`, { field: 'name' });
}

async function requireUnused(
  connection: PoolConnection,
  accountId: number,
  filter: SavedFilterRecord,
  { role }: FilterUser,
  what: string,
): Promise<void> {
  const jobs = await jobsNaming(connection, accountId, filter);
  if (jobs.length === 0) return;
  const beginning = `"${filter.name}" cannot be ${what} while reports are narrowed by it`;
  // Jobs are for admins to see.
  const next =
    role === 'admin'
      ? `: ${jobs.map((job) => `"${job}"`).join(', ')}. Choose another filter there first.`
      : `, those of ${counted(jobs.length, 'job')}. Ask an admin to choose another filter there first.`;
  throw new AppError('conflict', beginning + next);
}

function versionOfContent({ name, isShared, filter }: SavedFilterContent): string {
  return versionOf({ name, isShared, filter });
}

function contentOf({ name, is_shared: isShared, filter }: SavedFilterInput): SavedFilterContent {
  return { name, isShared, filter };
}

function view(filter: SavedFilterRecord, user: FilterUser): SavedFilterView {
  const { uid, name, isShared, userId, owner, updatedAt } = filter;
  return {
    ...{ uid: uuidText(uid), name, is_shared: isShared, is_own: userId === user.id, owner },
    may_edit: mayEdit(filter, user),
    filter: filter.filter as RowFilter,
    updated_at: updatedAt.toISOString(),
    version: versionOfContent(filter),
  };
}
