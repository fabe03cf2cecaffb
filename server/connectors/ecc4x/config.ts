import { z } from 'zod';
import type { FieldMeta } from '../../../shared/connector.ts';
import { zoneSchema } from '../../../shared/job.ts';
import { lookbackDays, settleHours } from '../calls/fields.ts';
import { certificateField } from '../certificate-field.ts';
import { mappingField, rowFields } from '../import-fields.ts';
import { referenceTemplate } from './reference.ts';
import { sourceSchema } from './source-config.ts';
import { voiceLogSchema } from './voice-log-config.ts';

const meta = (facts: FieldMeta) => ({ ...facts });

/** What the columns of ECC 4x are usually called. */
const usualHeadings = {
  crtObjectId: 'external_interaction_id',
  crt_object_id: 'external_interaction_id',
  callId: 'call_id',
  campaignId: 'campaign_id',
};

const fields = z.strictObject({
  source: sourceSchema.meta(
    meta({
      title: 'Where the calls are listed',
      description: 'Each row is one call; its call SID (crtObjectId) is what its recording is filed under.',
      group: 'where',
    }),
  ),
  voice_log: voiceLogSchema.meta(
    meta({
      title: 'Voice-log API',
      description: 'Where recordings are fetched by their call SID.',
      group: 'who',
    }),
  ),
  certificate_authority: certificateField('the servers of ECC'),
  timezone: zoneSchema.default('Asia/Kolkata').meta(
    meta({
      title: 'Time zone of ECC',
      description: 'For times that name none, and for where a day begins and ends.',
      group: 'what',
    }),
  ),
  column_mapping: mappingField.default(usualHeadings),
  lookback_days: lookbackDays({
    ...{ least: 1, most: 400 },
    more: 'Not for reports: every report in the inbox is read.',
  }),
  settle_hours: settleHours({ most: 240 }),
  ...rowFields,
  ...derivedFields(),
});

/** What the pipeline is told; made from the other fields, whatever is given here. */
function derivedFields() {
  const hidden = meta({ hidden: true });
  return {
    file_format: z.enum(['csv', 'ndjson']).optional().meta(hidden),
    row_defaults: z.record(z.string(), z.string()).optional().meta(hidden),
    after_success: z.enum(['leave', 'move', 'delete']).optional().meta(hidden),
    expected_files: z.array(z.unknown()).optional().meta(hidden),
  };
}

/** What one ECC 4x connector is told. Its titles and descriptions are the console's form. */
export const ecc4xConfigSchema = fields.transform((config) => {
  const { source, voice_log } = config;
  const isReport = source.kind === 'sftp_report';
  return {
    ...config,
    file_format: isReport ? source.file_format : ('ndjson' as const),
    row_defaults: { channel_type: 'VOICE', audio_url: referenceTemplate(voice_log) },
    after_success: isReport ? source.after_success : ('leave' as const),
    expected_files: isReport ? source.expected_files : [],
  };
});

export type Ecc4xConfig = z.output<typeof ecc4xConfigSchema>;
