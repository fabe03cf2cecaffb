import { listAttributeFields } from '../../db/queries/attributes.ts';
import type { MetadataField } from '../../shared/configuration.ts';
import { AppError } from '../../shared/error.ts';
import { isFilterable, listMetadataFields } from '../quality/metadata-fields.ts';
import type { Services } from '../services.ts';

/** A metadata field that the Analysis List may be filtered by. */
export interface FilterField {
  key: string;
  display_name: string;
  data_type: MetadataField['data_type'];
  /** While interactions are still being looked at for it, how many of them; what it finds is right all the same. */
  preparing_percent: number | null;
}

/** The account's fields that are marked for filtering, by key. */
export async function listFilterFields(services: Services, accountId: number): Promise<FilterField[]> {
  const fields = (await listMetadataFields(services, accountId)).filter(isFilterable);
  const stored = await listAttributeFields(services.database.pool, accountId);
  return fields.map(({ cqa_key, display_name, data_type }) => {
    const { isReady, rowsFilled, rowsTotal } = stored.find(({ name }) => name === cqa_key) ?? notBegun;
    const percent = rowsTotal ? Math.min(99, Math.floor((100 * rowsFilled) / rowsTotal)) : 0;
    return { key: cqa_key, display_name, data_type, preparing_percent: isReady ? null : percent };
  });
}

const notBegun = { isReady: false, rowsFilled: 0, rowsTotal: null };

/** Throws `invalid` where one of the keys is not marked for filtering. */
export async function requireFilterable(services: Services, accountId: number, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const known = (await listMetadataFields(services, accountId)).filter(isFilterable).map(({ cqa_key }) => cqa_key);
  const unknown = keys.find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new AppError(
      'invalid',
      `The list cannot be filtered by "${unknown}": it is not marked for filtering. Give it is_used_for_filtering: true under metadata_fields in the account's YAML file, then run: cqa apply -f FILE`,
      { field: 'metadata' },
    );
}
