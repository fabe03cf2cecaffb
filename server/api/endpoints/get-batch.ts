import { z } from 'zod';
import { listApiInteractions } from '../../../db/queries/api-interactions.ts';
import {
  countJobInteractions,
  findIngressJob,
  type IngressJob,
  listJobInteractionIds,
} from '../../../db/queries/ingress-jobs.ts';
import { listRejected } from '../../../db/queries/rejected-rows.ts';
import { uuidText } from '../../../db/uuid.ts';
import { type ApiCall, endpoint } from '../endpoint.ts';
import { idOfPath, nothingThere, type PageQuery, pageOf, pageQuery, pagination } from '../schemas/read.ts';
import { ingressJobSchema } from '../schemas/read-interaction.ts';

export const getBatch = endpoint({
  method: 'get',
  path: '/ingress/interactions/batch/{id}',
  operationId: 'getBatch',
  tag: 'Ingress',
  summary: 'Read a batch or file job and its interactions',
  description: 'How far the job is, which rows it rejected and why, and a page of the interactions that it brought.',
  scope: 'read',
  allowance: 'read',
  errors: ['NOT_FOUND', 'VALIDATION_ERROR'],
  params: z.object({
    id: z.string().meta({
      description: 'The `id` that the batch or file was answered with.',
      example: '019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55',
    }),
  }),
  query: pageQuery,
  answer: { status: 200, description: 'The job.', data: ingressJobSchema },
  async handle(call) {
    const { services, account, params } = call;
    const job = await findIngressJob(services.database.pool, account.id, idOfPath(params.id, 'batch or file job'));
    if (!job) throw nothingThere(params.id, 'batch or file job');
    return { data: await shown(call, job) };
  },
});

async function shown({ services, account, query }: ApiCall<unknown, PageQuery>, job: IngressJob) {
  const { pool } = services.database;
  const ids = await listJobInteractionIds(pool, job.id, pageOf(query));
  const total = await countJobInteractions(pool, job.id);
  return {
    id: uuidText(job.id),
    total,
    interactions: await listApiInteractions(pool, account.id, ids),
    pagination: pagination(query, total),
    job_status: job.status,
    job_type: job.type,
    total_rows: job.totalRows,
    accepted: job.accepted,
    rejected: job.rejected,
    errors: await listRejected(pool, account.id, job.id),
    ...(job.status === 'failed' ? { error_message: job.error ?? 'The job failed.' } : {}),
    completed_at: job.completedAt?.toISOString() ?? null,
  };
}
