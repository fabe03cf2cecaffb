import { z } from 'zod';
import { findFileJobOf } from '../../../db/queries/file-jobs.ts';
import { uuidText } from '../../../db/uuid.ts';
import { createFileJob } from '../../pipeline/ingest/create-job.ts';
import { fileRequestSchema } from '../../pipeline/ingest/file-request.ts';
import { type ApiCall, endpoint } from '../endpoint.ts';

const jobSchema = z.strictObject({
  id: z.uuid().meta({ description: 'The job; `GET /ingress/interactions/batch/{id}` tells how far it is.' }),
  type: z.literal('file'),
  status: z.literal('pending'),
});

export const ingestFile = endpoint({
  method: 'post',
  path: '/ingress/interactions/files',
  operationId: 'ingestFile',
  tag: 'Ingress',
  summary: 'Ingest a file of interactions',
  description:
    'Starts a job that fetches a CSV or NDJSON file and stores its rows. Rows that are not good are reported by the job and do not fail it; a row whose external_interaction_id is there already is one of them. At most 100,000 rows and 100 MB a file, 5 unfinished jobs an account.',
  scope: 'ingest',
  allowance: 'ingest',
  errors: ['TOO_MANY_JOBS'],
  body: fileRequestSchema,
  answer: { status: 202, description: 'The job waits for its turn.', data: jobSchema },
  async handle(call) {
    const { services, account, body, wake } = call;
    const id = (await madeBefore(call)) ?? (await createFileJob(services, account.id, body));
    wake();
    return { data: { id: uuidText(id), type: 'file', status: 'pending' } };
  },
});

/** A call that is made again, because its server died before it could answer, may have made its job by then. */
async function madeBefore({ services, account, body, resumedFrom }: ApiCall): Promise<Buffer | undefined> {
  if (!resumedFrom) return undefined;
  return await findFileJobOf(services.database.pool, account.id, JSON.stringify(body), resumedFrom);
}
