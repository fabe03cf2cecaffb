import { z } from 'zod';
import type { LineFilter } from '../../db/queries/analysis-list/filter.ts';
import { type AnalysisPage, type ListedAnalysis, readAnalysisPage } from '../../db/queries/analysis-list/page.ts';
import type { Scope } from '../../db/queries/scope.ts';
import { cursorSchema, uidSchema } from '../../shared/id.ts';
import { interactionStatuses } from '../../shared/interaction.ts';
import { getAccountById } from '../accounts/account.ts';
import type { Services } from '../services.ts';
import { requireFilterable } from './filter-fields.ts';
import { dayPeriod } from './range.ts';

const day = z.iso.date('a date as YYYY-MM-DD').optional();
const percentage = z.number().min(0).max(100).optional();

const valuesMost = 100;
const fieldsMost = 10;

/** What the Analysis List, saved filters and reports choose by. */
export const analysisFilterSchema = z.strictObject({
  /** Both days included, in the account's zone. */
  from: day,
  to: day,
  /** The quality profile's uid. */
  profile: uidSchema.optional(),
  /** The interaction's: one of these. */
  status: z.array(z.enum(interactionStatuses)).min(1).max(interactionStatuses.length).optional(),
  min_percentage: percentage,
  max_percentage: percentage,
  /** Points. */
  min_score: z.number().optional(),
  max_score: z.number().optional(),
  /** By the key of a field that is marked for filtering: the value is one of these. */
  metadata: z
    // A record of zod's leaves this key out unsaid.
    .custom<Record<string, string[]>>(
      (given) => !Object.hasOwn(Object(given), '__proto__'),
      'no field is called __proto__',
    )
    .pipe(z.record(z.string().min(1).max(120), z.array(z.string().max(1000)).min(1).max(valuesMost)))
    .refine((metadata) => Object.keys(metadata).length <= fieldsMost, `at most ${fieldsMost} fields`)
    .optional(),
  /** An external id, or its beginning. */
  search: z.string().trim().min(1).max(255).optional(),
  cursor: cursorSchema.optional(),
});
export interface AnalysisListInput extends z.infer<typeof analysisFilterSchema> {
  limit?: number | undefined;
}

export interface AnalysisListPage extends Omit<AnalysisPage, 'rows'> {
  rows: (ListedAnalysis & { agent_name: string | null })[];
}

const pageRows = 50;

/** A page of the Analysis List as the console shows it (see `readAnalysisPage`). */
export async function listAnalyses(
  services: Services,
  accountId: number,
  scope: Scope,
  input: AnalysisListInput,
): Promise<AnalysisListPage> {
  const filter = await lineFilterOf(services, accountId, input);
  const page = await readAnalysisPage(services.database.pool, accountId, scope, {
    ...filter,
    cursor: input.cursor,
    limit: input.limit ?? pageRows,
  });
  return { ...page, rows: page.rows.map((row) => ({ ...row, agent_name: agentName(row) })) };
}

/**
 * A filter as the database is asked by it. Throws `invalid` for a day that does not exist and for a metadata field that
 * is not marked for filtering.
 */
export async function lineFilterOf(
  services: Services,
  accountId: number,
  input: Omit<AnalysisListInput, 'cursor' | 'limit'>,
): Promise<LineFilter> {
  await requireFilterable(services, accountId, Object.keys(input.metadata ?? {}));
  return {
    ...(await daysOf(services, accountId, input)),
    profileUid: input.profile,
    status: input.status,
    scoreMin: input.min_score,
    scoreMax: input.max_score,
    percentageMin: input.min_percentage,
    percentageMax: input.max_percentage,
    metadata: input.metadata,
    search: input.search,
  };
}

async function daysOf(services: Services, accountId: number, { from, to }: AnalysisListInput) {
  if (from === undefined && to === undefined) return {};
  const { timezone } = await getAccountById(services, accountId);
  return {
    from: from === undefined ? undefined : dayPeriod(from, timezone, 'from').from,
    to: to === undefined ? undefined : dayPeriod(to, timezone, 'to').to,
  };
}

function agentName({ metadata }: ListedAnalysis): string | null {
  const name = metadata.agent_name ?? metadata.agent_email;
  return name === undefined ? null : String(name);
}
