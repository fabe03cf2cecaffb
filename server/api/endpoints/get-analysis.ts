import { z } from 'zod';
import { findAnalysis } from '../../../db/queries/api-analyses.ts';
import { shownAnalysis } from '../../scorecard/card.ts';
import { analysisSchema } from '../../scorecard/schema.ts';
import { endpoint } from '../endpoint.ts';
import { idOfPath, nothingThere } from '../schemas/read.ts';

export const getAnalysis = endpoint({
  method: 'get',
  path: '/analyses/{analysis_id}',
  operationId: 'getAnalysis',
  tag: 'Analyses',
  summary: 'Read an analysis with its score card',
  description: 'One analysis with its categories, sub-categories and KPIs.',
  scope: 'read',
  allowance: 'results',
  errors: ['NOT_FOUND'],
  params: z.object({
    analysis_id: z.string().meta({ description: 'The analysis.', example: '019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55' }),
  }),
  answer: { status: 200, description: 'The analysis.', data: analysisSchema },
  async handle({ services, account, params: { analysis_id: text } }) {
    const analysis = await findAnalysis(services.database.pool, account.id, idOfPath(text, 'analysis'));
    if (!analysis) throw nothingThere(text, 'analysis');
    return { data: shownAnalysis(analysis) };
  },
});
