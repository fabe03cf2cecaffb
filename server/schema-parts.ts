import { z } from 'zod';

/** How many keys the object that lies at `path` of the schema may have, where the schema says it of itself. */
export function keysMostOf(schema: z.ZodType, path: readonly PropertyKey[]): number | undefined {
  let here: unknown = schema;
  for (const step of path) here = unwrapped(defOf(here))?.shape?.[String(step)];
  for (; here !== undefined; here = defOf(here)?.innerType) {
    const most = z.globalRegistry.get(here as z.ZodType)?.maxProperties;
    if (typeof most === 'number') return most;
  }
  return undefined;
}

/** The fields of the object that lies at `path` of the schema. */
export function knownFields(schema: z.ZodType, path: PropertyKey[]): string[] {
  let here: SchemaDef | undefined = defOf(schema);
  for (const step of path) {
    here = unwrapped(here);
    here = defOf(typeof step === 'number' ? here?.element : here?.shape?.[String(step)]);
  }
  return Object.keys(unwrapped(here)?.shape ?? {});
}

/** What the kinds of schema keep of their parts. */
interface SchemaDef {
  innerType?: unknown;
  in?: unknown;
  element?: unknown;
  shape?: Record<string, unknown>;
}

function defOf(schema: unknown): SchemaDef | undefined {
  return (schema as { _zod?: { def: SchemaDef } } | undefined)?._zod?.def;
}

function unwrapped(def: SchemaDef | undefined): SchemaDef | undefined {
  const inner = defOf(def?.innerType ?? def?.in);
  return inner ? unwrapped(inner) : def;
}
