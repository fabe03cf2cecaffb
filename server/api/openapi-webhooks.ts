import type { ZodOpenApiPathItemObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { alertWebhookHeadersSchema, alertWebhookSchemas } from '../webhooks/alert-schemas.ts';
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

const alertSummaries: Record<keyof typeof alertWebhookSchemas, string> = {
  'alert.raised': 'An alert has begun, or still lasts after a day',
  'alert.resolved': 'What an alert told of is over',
  'alert.test': 'Somebody tries the alert settings',
};

type Described = Pick<NonNullable<ZodOpenApiPathItemObject['post']>, 'summary' | 'requestBody' | 'requestParams'>;

/** What we send, by event: to a callback_url, and of alerts to the webhook of the alert settings. */
export function webhookPaths(): ZodOpenApiPathsObject {
  const events = Object.keys(webhookSchemas) as (keyof typeof webhookSchemas)[];
  const alerts = Object.keys(alertWebhookSchemas) as (keyof typeof alertWebhookSchemas)[];
  return Object.fromEntries([
    ...events.map((event) => [
      event,
      webhookOf(event, {
        summary: summaries[event],
        requestParams: { header: webhookHeadersSchema },
        requestBody: { required: true, content: { 'application/json': { schema: webhookSchemas[event] } } },
      }),
    ]),
    ...alerts.map((event) => [
      event,
      webhookOf(event, {
        summary: alertSummaries[event],
        requestParams: { header: alertWebhookHeadersSchema },
        requestBody: { required: true, content: { 'application/json': { schema: alertWebhookSchemas[event] } } },
      }),
    ]),
  ]);
}

function webhookOf(event: string, described: Described): ZodOpenApiPathItemObject {
  return {
    post: {
      operationId: `on_${event.replace('.', '_').toLowerCase()}`,
      ...described,
      security: [],
      responses: {
        '2XX': { description: 'Taken. Answer within 10 seconds.' },
        '4XX': { description: 'Refused for good (429: sent again).' },
        '5XX': { description: 'Sent again after about 10 and 30 seconds, then given up.' },
      },
    },
  };
}
