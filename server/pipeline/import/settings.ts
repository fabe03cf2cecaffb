import { z } from 'zod';
import { listEnabledRules, type StoredRule } from '../../../db/queries/assignment-rules.ts';
import { columnMappingSchema } from '../../../shared/interaction.ts';
import { getAccountById } from '../../accounts/account.ts';
import type { RowDefaults } from '../../rows/validate/reader.ts';
import type { ExecutionRun } from '../run.ts';

/** What import connectors of every type may say about reading their items; each type's own schema has checked it. */
export const importConfigSchema = z.object({
  file_format: z.enum(['csv', 'ndjson']).default('csv'),
  column_mapping: columnMappingSchema.default({}),
  /** An item is read when it has been the same for so long. */
  stable_seconds: z.number().default(0),
  on_existing: z.enum(['update', 'skip']).default('update'),
  max_rejected_percent: z.number().optional(),
  after_success: z.enum(['leave', 'move', 'delete']).default('leave'),
  /** The source's own; else the account's counts. */
  timezone: z.string().optional(),
  /** For what rows leave empty; audio_url as a template. */
  row_defaults: z.object({ channel_type: z.string().optional(), audio_url: z.string().optional() }).optional(),
});

export interface ImportSettings extends z.infer<typeof importConfigSchema> {
  /** Times without an offset are in it. */
  timezone: string;
  defaults: RowDefaults;
  rules: StoredRule[];
}

/** Reads once what every item of an import needs. A change of rules during an import counts from the next one on. */
export async function readImportSettings(run: ExecutionRun): Promise<ImportSettings> {
  const config = importConfigSchema.parse(run.connectors[0]?.config);
  const rules = await listEnabledRules(run.services.database.pool, run.accountId);
  const { timezone } = await getAccountById(run.services, run.accountId);
  return { ...config, rules, ...rowSettingsOf(config, timezone) };
}

/** How a connector's rows are read beyond their columns; `accountTimezone` counts where the connector has none. */
export function rowSettingsOf(
  { timezone, row_defaults }: z.infer<typeof importConfigSchema>,
  accountTimezone: string,
): Pick<ImportSettings, 'timezone' | 'defaults'> {
  const defaults = { channelType: row_defaults?.channel_type, audioUrl: row_defaults?.audio_url };
  return { timezone: timezone ?? accountTimezone, defaults };
}
