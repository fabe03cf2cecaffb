import { z } from 'zod';

const uuid = z.uuid();
const instant = z.iso.datetime().meta({ description: 'UTC instant', example: '2026-11-03T09:15:00.000Z' });
const score = z.number().nullable();
const analysisId = uuid.meta({ description: 'The same before and after the analysis, and when it is made again.' });

/** One KPI's result; KPIs, categories and sub-categories are identified by their names, unique within their profile. */
const kpiResultSchema = z.strictObject({
  kpiId: z.string().meta({ description: "The KPI's name in the quality profile", example: 'Greeting' }),
  categoryId: z.string().meta({ description: "The category's name", example: 'Conduct' }),
  subCategoryId: z.string().meta({ description: "The sub-category's name", example: 'Opening' }),
  aiResponse: z.string().nullable(),
  aiJustification: z.string(),
  aiScore: score,
  qaScore: score.meta({ description: 'Null until a person has scored it' }),
  finalScore: score,
  criticalityAdjustedScore: score.meta({
    description: '0 where the KPI is critical and was answered below its best option; else finalScore',
  }),
});

const ingested = z.strictObject({ status: z.literal('INGESTED') });

const inProgress = z.strictObject({
  analysisId,
  profileId: uuid.meta({ description: 'The quality profile' }),
  profileName: z.string(),
});

const completed = z.strictObject({
  analysisId,
  status: z.literal('completed').meta({ description: 'As GET /analyses/{analysis_id} says it' }),
  profileId: uuid,
  aiScore: score,
  qaScore: score,
  finalScore: score,
  criticalityAdjustedScore: score,
  analysisCompletedAt: instant,
  kpiResults: z.array(kpiResultSchema),
});

const failed = z.strictObject({
  errorCode: z.string().meta({ example: 'PATH_MISSING' }),
  errorMessage: z.string().meta({ description: 'What happened, in words for a person' }),
});

const disputeRaised = z.strictObject({ analysisId: uuid, disputeId: uuid });

const disputeResolved = z.strictObject({
  analysisId: uuid,
  disputeId: uuid,
  resolution: z.string(),
  updatedScore: score,
});

const fileIngestionCompleted = z.strictObject({
  fileJobId: uuid,
  status: z.enum(['completed', 'failed']),
  totalRows: z.int().min(0),
  accepted: z.int().min(0),
  rejected: z.int().min(0),
  completedAt: instant,
  errors: z.array(z.strictObject({ row: z.int().min(1), reason: z.string() })).meta({
    description: 'The first rejected rows, 100 at most; `row` is the line in the file',
  }),
  errorMessage: z.string().optional().meta({ description: 'Why the job failed; absent where it did not' }),
});

/** The `data` of each event. */
export const webhookDataSchemas = {
  INTERACTION_INGESTED: ingested,
  INTERACTION_ANALYSIS_IN_PROGRESS: inProgress,
  INTERACTION_ANALYSIS_COMPLETED: completed,
  INTERACTION_ANALYSIS_FAILED: failed,
  INTERACTION_DISPUTE_RAISED: disputeRaised,
  INTERACTION_DISPUTE_RESOLVED: disputeResolved,
  FILE_INGESTION_COMPLETED: fileIngestionCompleted,
} as const;

export type WebhookEvent = keyof typeof webhookDataSchemas;
export type WebhookData = { [Event in WebhookEvent]: z.infer<(typeof webhookDataSchemas)[Event]> };

function payload<Event extends WebhookEvent, Data extends z.ZodType>(event: Event, data: Data) {
  return z.strictObject({
    event: z.literal(event),
    deliveryId: uuid.meta({ description: 'The same at every attempt, so that a repeated delivery is known again' }),
    timestamp: instant.meta({ description: 'When it happened' }),
    accountId: uuid,
    interactionId: uuid.optional(),
    externalInteractionId: z.string().optional(),
    data,
  });
}

/** The bodies as they are sent, by event. */
export const webhookSchemas = {
  INTERACTION_INGESTED: payload('INTERACTION_INGESTED', ingested),
  INTERACTION_ANALYSIS_IN_PROGRESS: payload('INTERACTION_ANALYSIS_IN_PROGRESS', inProgress),
  INTERACTION_ANALYSIS_COMPLETED: payload('INTERACTION_ANALYSIS_COMPLETED', completed),
  INTERACTION_ANALYSIS_FAILED: payload('INTERACTION_ANALYSIS_FAILED', failed),
  INTERACTION_DISPUTE_RAISED: payload('INTERACTION_DISPUTE_RAISED', disputeRaised),
  INTERACTION_DISPUTE_RESOLVED: payload('INTERACTION_DISPUTE_RESOLVED', disputeResolved),
  FILE_INGESTION_COMPLETED: payload('FILE_INGESTION_COMPLETED', fileIngestionCompleted),
} as const;

/** The headers beside `Content-Type: application/json`. */
export const webhookHeadersSchema = z.object({
  'X-CQA-Signature': z.string().meta({
    description:
      '`sha256=` and the hex HMAC-SHA256 of the raw body (the body alone), keyed with the signing secret of the key in X-CQA-Key-Id',
    example: `sha256=${'0'.repeat(64)}`,
  }),
  'X-CQA-Timestamp': z
    .string()
    .meta({ description: 'When this attempt was sent, Unix seconds', example: '1793697300' }),
  'X-CQA-Key-Id': uuid.meta({
    description: "The API key whose signing secret signed: the account's newest active one",
  }),
  'X-CQA-Event': z.string().meta({ example: 'INTERACTION_INGESTED' }),
  'X-CQA-Delivery': uuid.meta({ description: 'deliveryId' }),
});
