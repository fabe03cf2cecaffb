import type { ZodOpenApiPathItemObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { webhookHeadersSchema, webhookSchemas } from '../webhooks/schemas.ts';

const summaries: Record<keyof typeof webhookSchemas, string> = {
  INTERACTION_INGESTED: 'An interaction is stored',
  INTERACTION_ANALYSIS_IN_PROGRESS: 'An analysis has begun',
  INTERACTION_ANALYSIS_COMPLETED: 'An analysis is done',
  INTERACTION_ANALYSIS_FAILED: 'An interaction could not be analysed',
  INTERACTION_DISPUTE_RAISED: 'A result is disputed',
  INTERACTION_DISPUTE_RESOLVED: 'A dispute is settled',
  FILE_INGESTION_COMPLETED: 'A file job has ended',
};

/** What we send to a callback_url, by event. */
export function webhookPaths(): ZodOpenApiPathsObject {
  const events = Object.keys(webhookSchemas) as (keyof typeof webhookSchemas)[];
  return Object.fromEntries(events.map((event) => [event, webhookOf(event)]));
}

function webhookOf(event: keyof typeof webhookSchemas): ZodOpenApiPathItemObject {
  return {
    post: {
      operationId: `on_${event.toLowerCase()}`,
      summary: summaries[event],
      security: [],
      requestParams: { header: webhookHeadersSchema },
      requestBody: { required: true, content: { 'application/json': { schema: webhookSchemas[event] } } },
      responses: {
        '2XX': { description: 'Taken. Answer within 10 seconds.' },
        '4XX': { description: 'Refused for good (429: sent again).' },
        '5XX': { description: 'Sent again after about 10 and 30 seconds, then given up.' },
      },
    },
  };
}
