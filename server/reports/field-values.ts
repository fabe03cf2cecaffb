import { recentMetadataValues } from '../../db/queries/metadata-values.ts';
import type { Scope } from '../../db/queries/scope.ts';
import { withinTime } from '../../db/within-time.ts';
import type { Services } from '../services.ts';
import { listFilterFields } from './filter-fields.ts';

const lookedAt = 500;
const mostValues = 50;
const readMs = 2_000;

/**
 * By the key of each filterable field, values that the newest analysed interactions within the scope have: to choose from
 * while typing. Others can be typed. Of whoever has few among very many interactions, none may be found in time.
 */
export async function fieldValues(
  services: Services,
  accountId: number,
  scope: Scope,
): Promise<Record<string, string[]>> {
  const keys = (await listFilterFields(services, accountId)).map(({ key }) => key);
  const recent = await withinTime(services.database, readMs, (connection) =>
    recentMetadataValues(connection, accountId, scope, { keys, analyses: lookedAt }),
  );
  const values = recent.done ? recent.value : new Map<string, string[]>();
  return Object.fromEntries(keys.map((key) => [key, (values.get(key) ?? []).slice(0, mostValues)]));
}
