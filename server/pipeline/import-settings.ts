import { z } from 'zod';
import { listEnabledRules, type StoredRule } from '../../db/queries/assignment-rules.ts';
import { columnMappingSchema } from '../../shared/interaction.ts';
import { getAccountById } from '../accounts/account.ts';
import type { ExecutionRun } from './run.ts';

/** What import connectors of every type may say about reading their items; each type's own schema has checked it. */
const importConfigSchema = z.object({
  column_mapping: columnMappingSchema.default({}),
  on_existing: z.enum(['update', 'skip']).default('update'),
  max_rejected_percent: z.number().optional(),
});

export interface ImportSettings extends z.infer<typeof importConfigSchema> {
  /** The account's: times without an offset are in it. */
  timezone: string;
  rules: StoredRule[];
}

/** Reads once what every item of an import needs. A change of rules during an import counts from the next one on. */
export async function readImportSettings(run: ExecutionRun): Promise<ImportSettings> {
  const config = importConfigSchema.parse(run.connectors[0]?.config);
  const rules = await listEnabledRules(run.services.database.pool, run.accountId);
  const { timezone } = await getAccountById(run.services, run.accountId);
  return { ...config, rules, timezone };
}
