import type { KeptReport } from '../../db/queries/executions.ts';
import type { ReportFilter } from '../../db/queries/report-rows.ts';
import { findProfileId } from '../../db/queries/reports.ts';
import type { Scope } from '../../db/queries/scope.ts';
import { parseInput } from '../parse-input.ts';
import type { Services } from '../services.ts';
import { lineFilterOf } from './analysis-list.ts';
import { periodOf } from './range.ts';
import { noProfile } from './report-check.ts';
import { rowFilterSchema } from './row-filter.ts';
import { requireSavedFilter } from './saved-filters.ts';

/** Whose report it is. */
export interface Requester {
  /** Who asked for it, or made its job: his saved filters count beside the shared ones; undefined where that was no user. */
  userId: number | undefined;
  /** Each holds: what he could see when he asked, and what he may see now. None: the whole account. */
  scopes: readonly Scope[];
}

export interface ReportAsked extends Requester {
  accountId: number;
  /** The account's. */
  timezone: string;
  /** From when relative days count. */
  at: Date;
}

/**
 * Which analyses a report holds: those of its days and its profile that fit its filters and that its requester may see.
 * Throws `invalid` for a profile or a saved filter that is not there, and for days that are none.
 */
export async function reportFilterOf(
  services: Services,
  config: Omit<KeptReport, 'columns'>,
  { accountId, userId, scopes, timezone, at }: ReportAsked,
): Promise<ReportFilter> {
  const { quality_profile: profile, date_range: range, saved_filter: saved } = config;
  const inputs =
    config.filters ?? (saved ? [(await requireSavedFilter(services, accountId, saved, userId)).filter] : []);
  const profileId = profile === undefined ? undefined : await requireProfile(services, accountId, profile);
  const filters = inputs.map((input) => parseInput(rowFilterSchema, input));
  return {
    accountId,
    ...(profileId !== undefined && { profileId }),
    ...periodOf(range, timezone, at),
    fitting: await Promise.all(filters.map((filter) => lineFilterOf(services, accountId, filter))),
    scopes: scopes.filter(({ role }) => role !== 'admin'),
  };
}

async function requireProfile({ database }: Services, accountId: number, name: string): Promise<number> {
  const id = await findProfileId(database.pool, accountId, name);
  if (id !== undefined) return id;
  throw noProfile(name);
}
