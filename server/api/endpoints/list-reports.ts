import { listReports as findReports } from '../../../db/queries/api-reports.ts';
import { endpoint } from '../endpoint.ts';
import { pageOf, pageQuery, pagination } from '../schemas/read.ts';
import { reportsSchema } from '../schemas/report.ts';

export const listReports = endpoint({
  method: 'get',
  path: '/reports',
  operationId: 'listReports',
  tag: 'Reports',
  summary: 'List the reports',
  description: 'The account’s reports whose files are written, newest first, whether or not they were delivered.',
  scope: 'read',
  allowance: 'results',
  errors: ['VALIDATION_ERROR'],
  query: pageQuery,
  answer: { status: 200, description: 'A page of the reports.', data: reportsSchema },
  async handle({ services, account, query }) {
    const { rows, total } = await findReports(services.database.pool, account.id, pageOf(query));
    return { data: { reports: rows, pagination: pagination(query, total) } };
  },
});
