import { z } from 'zod';

export const metadataFieldSchema = z.strictObject({
  cqa_key: z.string().min(1).max(120),
  mapped_from_external_value: z.string().min(1).optional(),
  display_name: z.string().min(1).max(120),
  is_enabled: z.boolean().default(true),
  is_used_for_access_control: z.boolean().default(false),
  is_used_for_filtering: z.boolean().default(false),
  data_type: z.enum(['string', 'number', 'boolean', 'date']).default('string'),
});
export type MetadataField = z.infer<typeof metadataFieldSchema>;

export const roles = ['admin', 'supervisor', 'agent'] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;
