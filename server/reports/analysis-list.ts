import { z } from 'zod';
import { type AnalysisPage, type ListedAnalysis, readAnalysisPage } from '../../db/queries/analysis-list.ts';
import type { Scope } from '../../db/queries/scope.ts';
import { cursorSchema, uidSchema } from '../../shared/id.ts';
import { interactionStatuses } from '../../shared/interaction.ts';
import { getAccountById } from '../accounts/account.ts';
import type { Services } from '../services.ts';
import { dayPeriod } from './range.ts';

const day = z.iso.date('a date as YYYY-MM-DD').optional();
const percentage = z.number().min(0).max(100).optional();

export const analysisFilterSchema = z.strictObject({
  /** Both days included, in the account's zone. */
  from: day,
  to: day,
  /** The quality profile's uid. */
  profile: uidSchema.optional(),
  /** The interaction's. */
  status: z.enum(interactionStatuses).optional(),
  min_percentage: percentage,
  max_percentage: percentage,
  /** Points. */
  min_score: z.number().optional(),
  max_score: z.number().optional(),
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
  const page = await readAnalysisPage(services.database.pool, accountId, scope, {
    ...(await daysOf(services, accountId, input)),
    profileUid: input.profile,
    status: input.status,
    scoreMin: input.min_score,
    scoreMax: input.max_score,
    percentageMin: input.min_percentage,
    percentageMax: input.max_percentage,
    search: input.search,
    cursor: input.cursor,
    limit: input.limit ?? pageRows,
  });
  return { ...page, rows: page.rows.map((row) => ({ ...row, agent_name: agentName(row) })) };
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
