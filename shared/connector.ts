import { z } from 'zod';
import { nameSchema } from './name.ts';

export const directions = ['import', 'export'] as const;
export type Direction = (typeof directions)[number];

/** How the console's form shows a field; travels in the JSON schema's `x-…` free meta. */
export interface FieldMeta {
  title?: string;
  description?: string;
  /** Sealed at rest, never sent back, absent in an update means "keep". */
  secret?: true;
  /** Which part of the form: where, who, what, after. */
  group?: 'where' | 'who' | 'what' | 'after';
  /** A field the generated form cannot draw from its type alone. A closed list. */
  field?: 'column-mapping' | 'field-map' | 'field-values' | 'host-key' | 'multiline' | 'public-key';
  /** Of no interest to people: left out of the form. */
  hidden?: true;
  /** Names where secrets are sent: those that are kept must be typed again when it changes. */
  address?: true;
  /** Of several addresses, the names of those that a secret is sent to; all of them where nothing is said. */
  sent_to?: string[];
  /** A secret that is never sent anywhere (a private key), so it may be kept whatever the address. */
  unsent?: true;
  /** Only for connectors of this direction. */
  direction?: Direction;
  /** What a field is for connectors of a direction: other words, and of a choice the values that are offered. */
  by_direction?: Record<Direction, { description: string; values: string[] }>;
}

/** Marks a string as a secret. `z.toJSONSchema` carries the mark to the form; sealing and masking read it too. */
export function secret(meta: Omit<FieldMeta, 'secret'> = {}) {
  return z
    .string()
    .min(1)
    .meta({ ...meta, secret: true });
}

export const connectorInputSchema = z.strictObject({
  name: nameSchema,
  direction: z.enum(directions),
  type: z.string().min(1),
  config: z.record(z.string(), z.unknown()),
  is_enabled: z.boolean().default(true),
});
export type ConnectorInput = z.infer<typeof connectorInputSchema>;

/** One thing that Test connection tries, told as it happens. */
export interface CheckStep {
  name:
    | 'reach'
    | 'host_key'
    | 'sign_in'
    | 'list'
    | 'read'
    | 'voice_log'
    | 'recording'
    | 'write'
    | 'topic_read'
    | 'group'
    | 'topic_write'
    | 'recordings'
    | 'mail'
    | 'links';
  title: string;
  ok: boolean;
  /** In words: what was seen, or what failed and what to change. */
  message: string;
  /** `warning`: it worked, and yet somebody should look at it. */
  details?: Record<string, string | number | string[]>;
}

export interface CheckResult {
  ok: boolean;
  message: string;
  steps: CheckStep[];
  checked_at: string;
  /** Where from, where it was not the running program: another environment may reach other hosts. */
  checked_from?: string;
  /** What was learnt and is to be pinned or shown: the host key's fingerprint, the first file names. */
  details: Record<string, string | number | string[]>;
}
