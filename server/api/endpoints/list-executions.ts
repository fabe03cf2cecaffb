import { searchExecutions } from '../../../db/queries/api-executions.ts';
import { executionRow } from '../../jobs/list.ts';
import { endpoint } from '../endpoint.ts';
import { pageOf, pagination } from '../schemas/read.ts';
import { executionQuery, executionsSchema } from '../schemas/read-execution.ts';

export const listExecutions = endpoint({
  method: 'get',
  path: '/executions',
  operationId: 'listExecutions',
  tag: 'Reports',
  summary: 'List the executions of import and export jobs',
  description: 'The history, newest first. Batches and files that came over this API are read as jobs of their own.',
  scope: 'read',
  allowance: 'results',
  errors: ['VALIDATION_ERROR'],
  query: executionQuery,
  answer: { status: 200, description: 'A page of the history.', data: executionsSchema },
  async handle({ services, account, query }) {
    const { pool } = services.database;
    const { rows, total } = await searchExecutions(pool, account.id, query, pageOf(query));
    return { data: { executions: rows.map(executionRow), pagination: pagination(query, total) } };
  },
});
