import { z } from 'zod';
import { alertKinds } from '../../shared/alert.ts';
import { webhookHeadersSchema } from './schemas.ts';

const instant = z.iso.datetime().meta({ description: 'UTC instant', example: '2026-11-03T09:15:00.000Z' });

const data = z
  .strictObject({
    kind: z.enum(alertKinds).meta({
      description:
        'run_failed: an execution ended as handler_failed or delivery_failed; run_partial: as partial_success, or with every row rejected; expected_file: a file that should have come has not; expected_data: a connector has brought nothing for longer than it may; stream_failed: a stream is not being read',
    }),
    isReminder: z
      .boolean()
      .meta({ description: 'It has happened again, a day or more after it was told; false in alert.resolved' }),
    job: z.strictObject({ id: z.uuid(), name: z.string() }).nullable(),
    connector: z.strictObject({ name: z.string() }).nullable(),
    executionId: z.uuid().nullable().meta({ description: 'The execution that it is about' }),
    message: z.string().meta({ description: 'What happened, and what to do, in words for a person' }),
    count: z.int().min(1).meta({ description: 'How often it has happened since raisedAt' }),
    raisedAt: instant,
    at: instant.meta({ description: 'When it happened last, or was over' }),
    url: z.url().meta({ description: 'The page of the console where it is looked into' }),
  })
  .meta({ id: 'AlertData' });

const payload = <Event extends string>(event: Event) =>
  z.strictObject({
    event: z.literal(event),
    deliveryId: z.uuid().meta({ description: 'The same at every attempt, so that a repeated delivery is known again' }),
    timestamp: instant,
    accountId: z.uuid(),
    data,
  });

/** The bodies of what alert settings' webhooks are sent, by event. */
export const alertWebhookSchemas = {
  'alert.raised': payload('alert.raised'),
  'alert.resolved': payload('alert.resolved'),
  'alert.test': payload('alert.test'),
} as const;

/** The key's id of what is signed with a secret of the settings' own. */
export const ownSecret = 'own-secret';

export const alertWebhookHeadersSchema = webhookHeadersSchema.extend({
  'X-CQA-Key-Id': z.union([z.literal(ownSecret), z.uuid()]).meta({
    description: `\`${ownSecret}\`: the secret of the alert settings signed; else the API key whose signing secret did, the account's newest active one`,
  }),
  'X-CQA-Event': z.string().meta({ example: 'alert.raised' }),
});
