import { z } from 'zod';
import { requireReportPart } from '../../../db/queries/console-files.ts';
import { AppError } from '../../../shared/error.ts';
import { sendFile } from '../../http/file.ts';
import { endpoint } from '../endpoint.ts';
import { idOfPath, nothingThere } from '../schemas/read.ts';

export const downloadReportPart = endpoint({
  method: 'get',
  path: '/reports/{execution_id}/parts/{part}',
  operationId: 'downloadReportPart',
  tag: 'Reports',
  summary: 'Download a file of a report',
  description: 'The file itself, under its name. A `Range` header reads a part of it.',
  scope: 'read',
  allowance: 'results',
  errors: ['NOT_FOUND'],
  params: z.object({
    execution_id: z.string().meta({
      description: 'The execution that made the report.',
      example: '019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55',
    }),
    part: z.string().meta({ description: 'The part, from 1.', example: '1' }),
  }),
  answer: { status: 200, description: 'The file.', file: 'text/csv' },
  async handle({ services, account, params, request, response }) {
    const id = idOfPath(params.execution_id, 'report');
    if (!/^[1-9]\d{0,4}$/.test(params.part)) throw nothingThere(params.part, 'part of the report');
    const part = await requireReportPart(services.database.pool, account.id, id, { part: Number(params.part) });
    response.attachment(part.fileName);
    try {
      await sendFile(request, response, services.storage, part.storageKey);
    } catch (error) {
      // What is told instead of the file is no file.
      if (!response.headersSent) response.removeHeader('Content-Disposition');
      throw isGone(error) ? gone(error) : error;
    }
    return undefined;
  },
});

function isGone(error: unknown): boolean {
  return error instanceof AppError && error.code === 'not_found';
}

function gone(cause: unknown): AppError {
  const words = 'This file of the report is no longer in storage. Run its export job again to have it made anew.';
  return new AppError('not_found', words, { cause });
}
