import type { Pool } from 'mysql2/promise';
import type { FilterGroup, Condition as MetadataCondition } from '../../shared/quality.ts';
import { interactionFields, metadataPrefix } from './api-metadata-filter.ts';
import { attributeKeys } from './attribute-key.ts';
import { type AttributeField, listAttributeFields, readPendingAttributes } from './attributes.ts';
import { allOf, anyOf, type Condition } from './scope.ts';

/** Which days are asked for: `occurred_at` from `from` on and before `to`. */
export interface Days {
  from: Date;
  to: Date;
}

/**
 * The ids of all interactions of those days that may meet the conditions, as a query, so that the others need not be
 * read. Undefined where they cannot be told: some of the alternatives asks by IS for no field that interactions are
 * found by.
 */
export async function candidatesOf(
  pool: Pool,
  accountId: number,
  group: FilterGroup,
  { from, to }: Days,
): Promise<Condition | undefined> {
  if (group.length === 0) return undefined;
  // What is pending is read before the attributes are.
  const [pending, fields] = await Promise.all([
    readPendingAttributes(pool, accountId),
    listAttributeFields(pool, accountId),
  ]);
  const known = group.map((all) => firstKnown(all, fields));
  if (!pending || known.includes(undefined)) return undefined;
  const attributes = allOf([
    { sql: 'p.account_id = ? AND p.occurred_at >= ? AND p.occurred_at < ?', values: [accountId, from, to] },
    anyOf(known.flatMap((pairs) => pairs ?? [])),
  ]);
  const unread = allOf([
    { sql: 'n.account_id = ?', values: [accountId] },
    anyOf([
      ...pending.ranges.map(({ first, last }) => ({ sql: 'n.id BETWEEN ? AND ?', values: [first, last] })),
      ...(pending.ids.length > 0 ? [{ sql: 'n.id IN (?)', values: [pending.ids] }] : []),
    ]),
  ]);
  return {
    sql: `SELECT p.interaction_id FROM interaction_attribute p FORCE INDEX (PRIMARY) WHERE ${attributes.sql}
      UNION SELECT n.id FROM interaction n FORCE INDEX (PRIMARY) WHERE ${unread.sql}`,
    values: [...attributes.values, ...unread.values],
  };
}

/** Of conditions that all hold, the first one that interactions are found by, as conditions on the attribute `p`. */
function firstKnown(all: readonly MetadataCondition[], fields: AttributeField[]): Condition[] | undefined {
  for (const { attribute, operator, value } of all) {
    const field =
      operator === 'IS' ? fields.find(({ name, isReady }) => isReady && name === keyOf(attribute)) : undefined;
    if (field)
      return attributeKeys(String(value)).map((key) => ({
        sql: 'p.field = ? AND p.value = ?',
        values: [field.id, key],
      }));
  }
  return undefined;
}

/** The metadata key that the attribute names; of an interaction's own field none. */
function keyOf(attribute: string): string | undefined {
  if (attribute.startsWith(metadataPrefix)) return attribute.slice(metadataPrefix.length);
  return Object.hasOwn(interactionFields, attribute) ? undefined : attribute;
}
