import { z } from 'zod';
import { type FieldMeta, secret } from '../../../shared/connector.ts';
import { AppError } from '../../../shared/error.ts';
import { shortestPassword } from '../../../shared/password.ts';
import { fileFields } from '../files/fields.ts';
import { normalPublicKey } from './public-keys.ts';

const meta = (facts: FieldMeta) => ({ ...facts });

const publicKeySchema = z
  .string()
  .trim()
  .min(1)
  .max(4096)
  .transform((line, context) => {
    try {
      return normalPublicKey(line);
    } catch (error) {
      context.addIssue(error instanceof AppError ? error.message : 'This public key cannot be read.');
      return z.NEVER;
    }
  });

const mostGb = 10_000;

/** What one hosted inbox is told. Its titles and descriptions are the console's form. */
export const inboxConfigSchema = z.strictObject({
  username: z
    .string()
    .trim()
    .regex(/^[a-z0-9][a-z0-9._-]{2,63}$/, '3 to 64 small letters, digits, dots, dashes and underscores')
    .optional()
    .meta(
      meta({
        title: 'User name',
        description: 'What the sender signs in with. Leave empty: one is made when you save.',
        group: 'who',
      }),
    ),
  password: secret({
    title: 'Password',
    description: `At least ${shortestPassword} characters. Kept only as a hash: give it to the sender now. Leave empty where the sender has a key.`,
    group: 'who',
  })
    .min(shortestPassword)
    .max(200)
    .optional(),
  password_hash: secret({ title: 'Password hash', hidden: true }).optional(),
  public_keys: z
    .array(publicKeySchema)
    .max(20)
    .default([])
    .meta(
      meta({
        title: 'Public keys',
        description: 'SSH keys that may sign in, one line each as in a .pub file: ssh-ed25519 AAAA…',
        group: 'who',
        field: 'multiline',
      }),
    ),
  quota: z.coerce
    .number()
    .gt(0)
    .max(mostGb)
    .default(50)
    .meta(
      meta({
        title: 'Room (GB)',
        description: 'As much may lie in the inbox; further uploads are refused until something is removed.',
        group: 'where',
      }),
    ),
  ...fileFields,
  // A file is complete when its sender says so, by closing it.
  stable_seconds: fileFields.stable_seconds
    .unwrap()
    .default(0)
    .meta(meta({ hidden: true })),
});

export type InboxConfig = z.infer<typeof inboxConfigSchema>;
