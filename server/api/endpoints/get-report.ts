import { z } from 'zod';
import { findReport } from '../../../db/queries/api-reports.ts';
import { listDeliveries, listParts, mainParts } from '../../../db/queries/reports.ts';
import { shownParts } from '../../jobs/shown-parts.ts';
import { endpoint } from '../endpoint.ts';
import { fullPath } from '../routes.ts';
import { idOfPath, nothingThere } from '../schemas/read.ts';
import { reportSchema } from '../schemas/report.ts';
import { downloadReportPart } from './download-report-part.ts';

export const getReport = endpoint({
  method: 'get',
  path: '/reports/{execution_id}',
  operationId: 'getReport',
  tag: 'Reports',
  summary: 'Read a report',
  description: 'Its files with their sizes and sums, and where they were delivered.',
  scope: 'read',
  allowance: 'results',
  errors: ['NOT_FOUND'],
  params: z.object({
    execution_id: z.string().meta({
      description: 'The execution that made the report.',
      example: '019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55',
    }),
  }),
  answer: { status: 200, description: 'The report.', data: reportSchema },
  async handle({ services, account, params: { execution_id: text } }) {
    const { pool } = services.database;
    const id = idOfPath(text, 'report');
    const report = await findReport(pool, account.id, id);
    if (!report) throw nothingThere(text, 'report');
    const made = mainParts(await listParts(pool, account.id, id));
    const parts = shownParts(made, await listDeliveries(pool, account.id, id));
    const pathOf = (part: number) => downloadPath(account.uid, report.execution_id, part);
    return { data: { ...report, parts: parts.map((part) => ({ ...part, download_path: pathOf(part.part) })) } };
  },
});

function downloadPath(accountUid: string, executionId: string, part: number): string {
  return fullPath(downloadReportPart)
    .replace('{account_id}', accountUid)
    .replace('{execution_id}', executionId)
    .replace('{part}', String(part));
}
