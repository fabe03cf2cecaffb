import { modelsOf } from '../../db/models/models.ts';
import { addAttributeFields, removeAttributeField } from '../../db/queries/attributes.ts';
import { type MetadataField, metadataFieldSchema } from '../../shared/configuration.ts';
import { type Change, changeOf } from '../change.ts';
import { parseInput } from '../parse-input.ts';
import type { Services } from '../services.ts';

export async function saveMetadataField(
  services: Services,
  accountId: number,
  input: unknown,
  { dryRun = false } = {},
): Promise<Change> {
  const body = parseInput(metadataFieldSchema, input);
  const { MetadataField } = await modelsOf(services.database);
  const row = await MetadataField.findOne({ where: { account_id: accountId, cqa_key: body.cqa_key } });
  const change = changeOf(row?.body, body);
  if (dryRun || change === 'unchanged') return change;
  await MetadataField.upsert({ account_id: accountId, cqa_key: body.cqa_key, body });
  await followMetadataField(services, accountId, body);
  return change;
}

export async function listMetadataFields(services: Services, accountId: number): Promise<MetadataField[]> {
  const rows = await (await modelsOf(services.database)).MetadataField.findAll({
    where: { account_id: accountId },
    order: [['cqa_key', 'ASC']],
  });
  return rows.map((row) => row.body);
}

/** Has interactions found by what is marked for filtering, and no longer by what is not. */
async function followMetadataField(services: Services, accountId: number, field: MetadataField): Promise<void> {
  const { pool } = services.database;
  if (isFilterable(field)) await addAttributeFields(pool, accountId, [field.cqa_key]);
  else await removeAttributeField(pool, accountId, field.cqa_key);
}

/** Whether the Analysis List may be filtered by it. */
export function isFilterable({ is_enabled, is_used_for_filtering }: MetadataField): boolean {
  return is_enabled && is_used_for_filtering;
}
