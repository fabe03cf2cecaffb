import type { Scalar } from '../../shared/quality.ts';
import type { Lookup } from './condition.ts';

/** An interaction's own fields by their API names; empty ones are null or absent. */
export type InteractionFields = Record<string, Scalar | null | undefined>;

/** Finds an interaction field by its name, else a metadata key; `metadata.x` names the key x even where a field is called so. */
export function attributeLookup(interaction: InteractionFields, metadata: Record<string, Scalar>): Lookup {
  const prefix = 'metadata.';
  return (attribute) => {
    if (attribute.startsWith(prefix)) return own(metadata, attribute.slice(prefix.length)) ?? own(metadata, attribute);
    return own(interaction, attribute) ?? own(metadata, attribute);
  };
}

/** Only what was put there: `constructor` is no attribute. */
function own(record: InteractionFields, key: string): Scalar | undefined {
  return Object.hasOwn(record, key) ? (record[key] ?? undefined) : undefined;
}
