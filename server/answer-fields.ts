import { z } from 'zod';

/** A public id in an answer. */
export function idField(description: string) {
  return z.uuid().meta({ description, example: '019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55' });
}

/** An instant in UTC in an answer. */
export function instantField(description: string) {
  return z.iso.datetime().meta({ description, example: '2026-11-20T03:45:00.000Z' });
}

export const metadataField = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).meta({
  description: 'What came with the interaction beside its own fields, each value of the type it was sent with.',
  example: { agent_name: 'Asha', queue: 'Orders', priority: 2 },
});

export const failureField = z
  .object({
    code: z.string().meta({ description: 'A fixed word for the kind of failure.', example: 'host_timeout' }),
    message: z.string().meta({ description: 'What happened, where, and what to do next.' }),
  })
  .meta({ description: 'Why something failed.' });
