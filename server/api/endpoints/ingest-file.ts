import { z } from 'zod';
import { uuidText } from '../../../db/uuid.ts';
import { createFileJob } from '../../pipeline/ingest/create-job.ts';
import { endpoint } from '../endpoint.ts';
import { fileRequestSchema } from '../schemas/file.ts';

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
  async handle({ services, account, body, wake }) {
    const id = await createFileJob(services, account.id, body);
    wake();
    return { data: { id: uuidText(id), type: 'file', status: 'pending' } };
  },
});
