import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { validate } from './validate.ts';

const words =
  'Idempotency-Key must have 1 to 255 printable ASCII characters, a UUID for example. Send the call with such a key, or without.';

export const idempotencyKeySchema = z
  .string(words)
  .min(1, words)
  .max(255, words)
  .regex(/^[\x20-\x7e]+$/, words)
  .optional()
  .meta({
    description:
      'Makes it safe to send the call again: with the same key and body it gets the first answer again, for 24 hours. A UUID, for example; a new one for each new call.',
  });

/** The call's own key; undefined where there is none. Throws `invalid` for one that cannot be one. */
export function idempotencyKeyOf({ headers, method }: IncomingMessage): string | undefined {
  if (method !== 'POST') return undefined;
  return validate(idempotencyKeySchema, headers['idempotency-key'], ['Idempotency-Key']);
}
