import { z } from 'zod';
import { limits } from './interaction.ts';
import { nameSchema } from './name.ts';

/** What one manual import takes; told to whoever uploads, before they do. */
export const importLimits = {
  files: 5000,
  /** Of one recording. */
  fileBytes: 2 * 1024 ** 3,
  /** Of a CSV with metadata. */
  sheetBytes: 50 * 1024 ** 2,
  /** Of everything that an account has uploaded or announced and not yet imported. */
  unfinishedBytes: 100 * 1024 ** 3,
  /** After so long without a byte, what was not finished is removed. */
  unfinishedHours: 24,
  /** Characters of a file's name, the folders before it included. */
  nameLength: 500,
} as const;

/** The mark by which a conversation belongs to a campaign, and by which supervisors see it. Nobody else may set it. */
export const campaignMark = 'campaign_id';
/** The campaign's name, for people. */
export const campaignNameKey = 'campaign';

const mostKeys = 30;
const textSchema = (length: number) => z.string().trim().max(length).optional();

const metadataSchema = z
  .record(z.string().trim().min(1).max(120), z.string().max(500))
  .refine((metadata) => Object.keys(metadata).length <= mostKeys, `at most ${mostKeys} values`)
  .refine(
    (metadata) => !Object.hasOwn(metadata, campaignMark) && !Object.hasOwn(metadata, campaignNameKey),
    `${campaignMark} and ${campaignNameKey} are set by the campaign itself`,
  );

/** What a conversation is given where nothing nearer says it. Empty texts count as not given. */
export const conversationDefaultsSchema = z.strictObject({
  channel_type: textSchema(limits.channelTypeLength),
  language: textSchema(limits.languageLength),
  agent_name: textSchema(191),
  agent_email: z.union([z.literal(''), z.email().max(191)]).optional(),
  team_name: textSchema(191),
  metadata: metadataSchema.optional(),
});
export type ConversationDefaults = z.infer<typeof conversationDefaultsSchema>;

export const campaignSettingsSchema = z.strictObject({
  description: textSchema(1000),
  defaults: conversationDefaultsSchema.default({}),
});
export type CampaignSettings = z.infer<typeof campaignSettingsSchema>;

export const campaignInputSchema = z.strictObject({
  name: nameSchema,
  settings: campaignSettingsSchema.optional(),
});
export type CampaignInput = z.input<typeof campaignInputSchema>;

/** What all files of one import are given; a row of a CSV wins over it. */
export const importSettingsSchema = conversationDefaultsSchema.extend({
  /** When the conversations began; without an offset in the account's zone. */
  start_time: textSchema(40),
});
export type ImportSettings = z.infer<typeof importSettingsSchema>;

/** 24 hex digits. */
export const campaignIdSchema = z
  .string()
  .regex(/^[0-9a-f]{24}$/i, 'the id of a campaign')
  .toLowerCase();

/**
 *     open ─finish─▶ finishing ▶ done
 *      ▲ ╲                │
 *      │  cancel          └─ what somebody has to mend first ─▶ open again, with the reason
 *      │    ▼
 *      └─ cancelled (also after a day without a byte)
 */
export const importStates = ['open', 'finishing', 'done', 'cancelled'] as const;
export type ImportState = (typeof importStates)[number];

/** A recording ends as imported, duplicate or failed; a CSV as read or failed. `cancelled` ends with its import. */
export const importFileStates = [
  'uploading',
  'uploaded',
  'imported',
  'duplicate',
  'failed',
  'read',
  'cancelled',
] as const;
export type ImportFileState = (typeof importFileStates)[number];

export const importFileKinds = ['audio', 'sheet'] as const;
export type ImportFileKind = (typeof importFileKinds)[number];

/** A CSV dropped along holds metadata; whatever else is dropped has to be a recording. */
export function kindOfFile(name: string): ImportFileKind {
  return /\.csv$/i.test(name) ? 'sheet' : 'audio';
}

/** The name without the folders before it. */
export function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
