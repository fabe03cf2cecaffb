import { searchAnalyses as findAnalyses } from '../../../db/queries/api-analyses.ts';
import { zonedTime } from '../../reports/zoned-time.ts';
import { foundAnalysesSchema } from '../../scorecard/schema.ts';
import { searchOf } from '../analysis-filters.ts';
import { endpoint } from '../endpoint.ts';
import { searchQuery, searchSchema } from '../schemas/analysis-search.ts';

export const searchAnalyses = endpoint({
  method: 'post',
  path: '/analyses',
  operationId: 'searchAnalyses',
  tag: 'Analyses',
  summary: 'Find analyses',
  description: 'The account’s analyses of a range of days, those of the newest conversations first.',
  scope: 'read',
  allowance: 'results',
  errors: ['VALIDATION_ERROR'],
  query: searchQuery,
  body: searchSchema,
  answer: { status: 200, description: 'A page of analyses.', data: foundAnalysesSchema },
  async handle({ services, account, query, body }) {
    const search = searchOf(body, account.timezone);
    const { rows, total } = await findAnalyses(services.database.pool, account.id, search, query);
    const inZone = zonedTime(account.timezone);
    return {
      data: {
        analyses: rows.map(({ qaScore, createdAt, ...row }) => ({
          analysis_id: row.id,
          interaction_id: row.interactionId,
          external_interaction_id: row.externalId,
          profile_id: row.profileId,
          status: row.status,
          ai_score: row.aiScore,
          ...(qaScore === null ? {} : { qa_score: qaScore }),
          final_score: row.finalScore,
          criticality_adjusted_score: row.criticalityAdjustedScore,
          metadata: row.metadata,
          created_at: inZone(createdAt),
        })),
        pagination: { ...query, total },
      },
    };
  },
});
