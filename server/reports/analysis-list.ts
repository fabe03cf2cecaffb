import { type AnalysisPage, type ListedAnalysis, readAnalysisPage } from '../../db/queries/analysis-list.ts';
import type { Scope } from '../../db/queries/scope.ts';
import type { InteractionStatus } from '../../shared/interaction.ts';
import { getAccountById } from '../accounts/account.ts';
import type { Services } from '../services.ts';
import { dayPeriod } from './range.ts';

export interface AnalysisListInput {
  /** Days of the account's zone as YYYY-MM-DD, both included. */
  from?: string | undefined;
  to?: string | undefined;
  /** A quality profile's uid. */
  profile?: string | undefined;
  /** The interaction's. */
  status?: InteractionStatus | undefined;
  min_percentage?: number | undefined;
  max_percentage?: number | undefined;
  /** Points. */
  min_score?: number | undefined;
  max_score?: number | undefined;
  /** An external id, or its beginning. */
  search?: string | undefined;
  cursor?: string | undefined;
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
