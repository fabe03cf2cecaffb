import { findProfileId } from '../../db/queries/reports.ts';
import type { SavedFilterRecord } from '../../db/queries/saved-filters.ts';
import { AppError } from '../../shared/error.ts';
import { columnNameOf, type ReportConfig } from '../../shared/report.ts';
import { listProfiles } from '../quality/profiles.ts';
import type { Services } from '../services.ts';
import { columnOf } from './columns.ts';
import { periodOf } from './range.ts';
import { requireSavedFilter } from './saved-filters.ts';

export interface ReportCheck {
  /** Whose saved filters it may name beside the shared ones. */
  userId: number | undefined;
  /** Profiles and saved filters that are about to be made in the same go. */
  alsoKnown?: { profiles: readonly string[]; savedFilters: readonly string[] } | undefined;
}

/** Throws `invalid` with the field for what could only fail when the report is made. */
export async function requireReport(
  services: Services,
  accountId: number,
  report: ReportConfig,
  { userId, alsoKnown }: ReportCheck,
): Promise<void> {
  const { quality_profile: profile, saved_filter: filter, date_range: range, columns } = report;
  for (const column of columns) columnOf(columnNameOf(column));
  // In which zone makes no difference to whether its days are any.
  periodOf(range, 'UTC', new Date());
  if (profile !== undefined && !alsoKnown?.profiles.includes(profile))
    if ((await findProfileId(services.database.pool, accountId, profile)) === undefined) throw noProfile(profile);
  if (filter !== undefined && !alsoKnown?.savedFilters.includes(filter))
    await requireProfileOf(services, accountId, await requireSavedFilter(services, accountId, filter, userId));
}

/** A saved filter names a profile by its uid; without it a report would have no rows, and nobody would know why. */
async function requireProfileOf(
  services: Services,
  accountId: number,
  { name, filter: { profile } }: Pick<SavedFilterRecord, 'name' | 'filter'>,
): Promise<void> {
  if (profile === undefined) return;
  if ((await listProfiles(services, accountId)).some(({ uid }) => uid === String(profile).toLowerCase())) return;
  throw new AppError(
    'invalid',
    `The saved filter "${name}" is for a quality profile that is not there. Choose another filter, or give it another profile first.`,
    { field: 'saved_filter' },
  );
}

export function noProfile(name: string): AppError {
  return new AppError(
    'invalid',
    `There is no quality profile "${name}". Choose another one for the report, or none for all of them.`,
    { field: 'quality_profile' },
  );
}
