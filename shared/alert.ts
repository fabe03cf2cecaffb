import { z } from 'zod';

/**
 * What somebody is told of. `run_failed`: an execution ended as handler_failed or delivery_failed. `run_partial`: as
 * partial_success, or with every row rejected. `expected_file`: a file that should have come has not. `expected_data`: a
 * connector has brought nothing for longer than it may. `stream_failed`: a stream is not being read.
 */
export const alertKinds = ['run_failed', 'run_partial', 'expected_file', 'expected_data', 'stream_failed'] as const;
export type AlertKind = (typeof alertKinds)[number];

/**
 * `raised`: it has just begun. `reminder`: it has happened again, a day or more after somebody was told. `resolved`: it
 * is over.
 */
export const alertEvents = ['raised', 'reminder', 'resolved'] as const;
export type AlertEvent = (typeof alertEvents)[number];

export const alertSettingsSchema = z.strictObject({
  kinds: z
    .array(z.enum(alertKinds))
    .default([...alertKinds])
    .transform((kinds) => alertKinds.filter((kind) => kinds.includes(kind))),
  /** Whether people are told as well when it is over. */
  recovery: z.boolean().default(true),
  emails: z
    .array(z.email('an email address'))
    .max(20, 'at most 20 addresses')
    .default([])
    .transform((emails) => [...new Map(emails.map((email) => [email.toLowerCase(), email])).values()]),
  /** `secret` signs what is sent; where there is none the account's newest API key does. */
  webhook: z
    .strictObject({
      url: z.url({ protocol: /^https?$/, error: 'an address that begins with https:// or http://' }).max(2000),
      secret: z.string().min(16, 'at least 16 characters').max(200).optional(),
    })
    .optional(),
});
export type AlertSettings = z.infer<typeof alertSettingsSchema>;

/** A job's own settings; `off`: nobody is told; absent: the account's hold. */
export const jobAlertsSchema = z.union([z.literal('off'), alertSettingsSchema]);
export type JobAlerts = z.infer<typeof jobAlertsSchema>;

/** Settings as they are shown: a secret is never told, only whether there is one. */
export interface ShownAlertSettings extends Omit<AlertSettings, 'webhook'> {
  webhook?: { url: string; has_secret: boolean };
}

export type ShownJobAlerts = 'off' | ShownAlertSettings;
