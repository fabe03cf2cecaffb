import { z } from 'zod';
import { showExecution } from '../../jobs/show.ts';
import { endpoint } from '../endpoint.ts';
import { idOfPath } from '../schemas/read.ts';
import { executionSchema } from '../schemas/read-execution.ts';

export const getExecution = endpoint({
  method: 'get',
  path: '/executions/{execution_id}',
  operationId: 'getExecution',
  tag: 'Reports',
  summary: 'Read an execution',
  description: 'One run of a job: its steps, counts, rejected rows, and the parts and deliveries of a report.',
  scope: 'read',
  allowance: 'results',
  errors: ['NOT_FOUND'],
  params: z.object({
    execution_id: z.string().meta({ description: 'The execution.', example: '019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55' }),
  }),
  answer: { status: 200, description: 'The execution.', data: executionSchema },
  async handle({ services, account, params }) {
    return { data: await showExecution(services, account.id, idOfPath(params.execution_id, 'execution')) };
  },
});
