import { z } from 'zod';
import { transaction } from '../../db/database.ts';
import { lockAccount } from '../../db/queries/account-lock.ts';
import {
  accountItself,
  findSavedFilter,
  insertSavedFilter,
  selectSavedFilters,
  updateSavedFilter,
} from '../../db/queries/saved-filters.ts';
import { newId } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { nameSchema } from '../../shared/name.ts';
import { type Change, changeOf } from '../change.ts';
import { parseInput } from '../parse-input.ts';
import { listProfiles } from '../quality/profiles.ts';
import { lineFilterOf } from '../reports/analysis-list.ts';
import { noProfile } from '../reports/report-check.ts';
import { rowFilterSchema } from '../reports/row-filter.ts';
import type { Services } from '../services.ts';

/** A shared filter as a document has it: the profile by its name, since its id is another one in every account. */
const sharedFilterSchema = z.strictObject({
  name: nameSchema,
  filter: rowFilterSchema.omit({ profile: true }).extend({ quality_profile: z.string().min(1).optional() }),
});
type SharedFilter = z.infer<typeof sharedFilterSchema>;

/**
 * Makes or changes a filter that everybody of the account has. `alsoKnown` names profiles that are about to be made in
 * the same go. Throws `invalid` for what cannot be filtered by.
 */
export async function saveSharedFilter(
  services: Services,
  accountId: number,
  input: unknown,
  { dryRun, alsoKnown }: { dryRun: boolean; alsoKnown: readonly string[] },
): Promise<Change> {
  const { name, filter: given } = parseInput(sharedFilterSchema, input);
  const filter = await filterOf(services, accountId, given, alsoKnown);
  if (!dryRun) await lineFilterOf(services, accountId, filter);
  return await transaction(services.database.pool, async (connection) => {
    await lockAccount(connection, accountId);
    const before = await findSavedFilter(connection, accountId, { name, userId: undefined });
    const change = changeOf(before?.filter, filter);
    if (dryRun || change === 'unchanged') return change;
    const content = { name, isShared: true, filter };
    if (before) await updateSavedFilter(connection, accountId, before.id, content);
    else await insertSavedFilter(connection, { accountId, userId: accountItself, uid: newId() }, content);
    return change;
  });
}

/** The account's shared filters as a document has them. */
export async function exportedFilters(services: Services, accountId: number): Promise<SharedFilter[]> {
  const [filters, profiles] = await Promise.all([
    selectSavedFilters(services.database.pool, accountId, accountItself),
    listProfiles(services, accountId),
  ]);
  return filters.map(({ name, filter: { profile, ...filter } }) => {
    const named = profiles.find(({ uid }) => uid === profile);
    const exported = { ...filter, ...(named && { quality_profile: named.name }) };
    return { name, filter: sharedFilterSchema.shape.filter.parse(exported) };
  });
}

async function filterOf(
  services: Services,
  accountId: number,
  { quality_profile: name, ...filter }: SharedFilter['filter'],
  alsoKnown: readonly string[],
) {
  if (name === undefined) return filter;
  const profile = (await listProfiles(services, accountId)).find((candidate) => candidate.name === name);
  if (profile) return { ...filter, profile: profile.uid };
  if (alsoKnown.includes(name)) return filter;
  throw new AppError('invalid', noProfile(name).message, { field: 'filter.quality_profile' });
}
