import { z } from 'zod';

/** What a key of the Standard API may be used for: sending interactions, reading what became of them. */
export const scopes = ['ingest', 'read'] as const;
export type Scope = (typeof scopes)[number];

/** Keys that may be active at once; one that is being rotated out does not count. */
export const activeKeysMost = 2;

export const newApiKeySchema = z.strictObject({
  name: z.string().trim().min(1, 'a name, so that you know it again').max(120),
  scopes: z
    .array(z.enum(scopes))
    .min(1, 'at least one of ingest and read')
    .default([...scopes]),
  /** Days until it ends by itself; absent: never. */
  expires_in_days: z.int().min(1).max(3650).optional(),
});
export type NewApiKey = z.input<typeof newApiKeySchema>;
