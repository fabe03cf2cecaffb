import { z } from 'zod';
import { type CanonicalField, canonicalFields } from '../../../shared/interaction.ts';
import { parsePath } from './path.ts';

/** Field or metadata key → path in the event, as ECC 6x names the parts of an interaction. */
export const usualFieldMap: Readonly<Record<string, string>> = {
  external_interaction_id: 'id',
  channel_type: 'channel_name',
  interaction_start_time: 'date_added',
  duration_seconds: 'channel_data.duration',
  audio_url: 'channel_data.voice_log_url',
  transcript_url: 'channel_data.chat_transcript_url',
  agent_id: 'last_assigned_user_id',
  agent_name: 'last_assigned_user_name',
  customer_id: 'customer_id',
  customer_name: 'customer_name',
  customer_contact: 'channel_data.customer_contact',
  contact_center_id: 'contact_center_id',
  process_id: 'process_id',
  campaign_id: 'last_campaign_id',
  campaign: 'last_campaign_name',
  queue: 'last_queue_name',
  disposition: 'last_disposition',
  direction: 'direction',
  status: 'status',
  media_id: 'interaction_media_id',
  did: 'channel_data.last_did',
};

export const isCanonical = (name: string): name is CanonicalField =>
  (canonicalFields as readonly string[]).includes(name);

/** The key under which a whole object of metadata stands, in our own rows and in a field map. */
export const metadataObject = 'metadata';

const nameRule = 'a field, or a metadata key of up to 100 characters without dots';

/** A canonical field, or a key of metadata; keys are compared as those of files are. */
const targetSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[^.]{1,100}$/)
  .refine((name) => name !== '__proto__');

export const pathSchema = z
  .string()
  .trim()
  .max(500)
  .refine(
    (path) => parsePath(path) !== undefined,
    'names of keys with dots between them, such as channel_data.duration or legs[0].url',
  );

const error = ({ code }: { code?: string }) => (code === 'invalid_key' ? `the name must be ${nameRule}` : undefined);

export const fieldMapSchema = z.record(targetSchema, pathSchema, { error });

/** Values for what an event leaves empty, by field or metadata key. */
export const defaultsSchema = z.record(targetSchema, z.string().trim().min(1).max(1000), { error });
