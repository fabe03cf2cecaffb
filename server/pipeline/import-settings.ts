import type { Pool, RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';
import { listEnabledRules, type StoredRule } from '../../db/queries/assignment-rules.ts';
import { AppError } from '../../shared/error.ts';
import { columnMappingSchema } from '../../shared/interaction.ts';
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
  const { pool } = run.services.database;
  const config = importConfigSchema.parse(run.connectors[0]?.config);
  const rules = await listEnabledRules(pool, run.accountId);
  return { ...config, rules, timezone: await timezoneOf(pool, run.accountId) };
}

async function timezoneOf(pool: Pool, accountId: number): Promise<string> {
  const [rows] = await pool.query<RowDataPacket[]>('SELECT timezone FROM account WHERE id = ?', [accountId]);
  const timezone = rows[0]?.timezone;
  if (timezone === undefined) throw new AppError('not_found', 'The account of this job was deleted.');
  return timezone;
}
