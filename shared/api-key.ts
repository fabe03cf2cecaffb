import { z } from 'zod';
import { nameSchema } from './name.ts';

/** What a key of the Standard API may be used for: sending interactions, reading what became of them. */
export const scopes = ['ingest', 'read'] as const;
export type Scope = (typeof scopes)[number];

/** Keys that may be active at once; one that is being rotated out does not count. */
export const activeKeysMost = 2;
/** Keys that may be in the course of being rotated out at once. */
export const retiringKeysMost = 2;

/** Calls a minute, where the account has agreed on nothing else. */
export const defaultLimits = {
  /** POSTs under /ingress. */
  ingest: 100,
  /** GETs under /ingress. */
  read: 300,
  /** Everything else. */
  results: 300,
} as const;

export const newApiKeySchema = z.strictObject({
  /** By which it is known again. */
  name: nameSchema,
  scopes: z
    .array(z.enum(scopes))
    .min(1, 'at least one of ingest and read')
    .default([...scopes]),
  /** Days until it ends by itself; absent: never. */
  expires_in_days: z.int().min(1).max(3650).optional(),
});
export type NewApiKey = z.input<typeof newApiKeySchema>;
