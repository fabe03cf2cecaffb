import { z } from 'zod';
import type { Keyring } from '../security/seal.ts';

type Json = Record<string, unknown>;

/** Every place in a connector's schema that `secret()` marks, as dotted paths: `credential.password`. */
export function secretPaths(schema: z.ZodType): string[] {
  const paths = new Set<string>();
  collect(schemaJson(schema), undefined, '', paths);
  return [...paths];
}

/** The same for one config: of alternatives only the one that it has chosen. */
export function secretPathsIn(schema: z.ZodType, config: Json): string[] {
  const paths = new Set<string>();
  collect(schemaJson(schema), config, '', paths);
  return [...paths];
}

/** The secrets that a person types: those of the form. */
export function typedSecretPaths(schema: z.ZodType): string[] {
  const paths = new Set<string>();
  collect(formOf(schema), undefined, '', paths);
  return [...paths];
}

/** A connector's form: its schema as it is typed in, without the fields that nobody is to see. */
export function formOf(schema: z.ZodType): Json {
  return withoutHidden(schemaJson(schema));
}

function schemaJson(schema: z.ZodType): Json {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
}

const branches = ['oneOf', 'anyOf', 'allOf'] as const;
const optionsOf = (node: Json, branch: string) => (node[branch] as Json[] | undefined) ?? [];
const propertiesOf = (node: Json) => Object.entries((node.properties as Record<string, Json> | undefined) ?? {});

/** `value` is what stands there; undefined where every alternative counts. */
function collect(node: Json, value: unknown, path: string, paths: Set<string>): void {
  if (node.secret === true) paths.add(path);
  for (const branch of branches)
    for (const option of optionsOf(node, branch)) if (mayBe(option, value)) collect(option, value, path, paths);
  for (const [name, child] of propertiesOf(node))
    collect(child, valueIn(value, name), path ? `${path}.${name}` : name, paths);
}

/** Whether the constants of an alternative are those of the value. */
function mayBe(option: Json, value: unknown): boolean {
  return propertiesOf(option).every(([name, { const: fixed }]) => {
    const given = valueIn(value, name);
    return fixed === undefined || given === undefined || given === fixed;
  });
}

function valueIn(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Json)[name] : undefined;
}

function withoutHidden(node: Json): Json {
  const shown = { ...node };
  for (const branch of branches) if (node[branch]) shown[branch] = optionsOf(node, branch).map(withoutHidden);
  if (!node.properties) return shown;
  const properties = propertiesOf(node).filter(([, child]) => child.hidden !== true);
  shown.properties = Object.fromEntries(properties.map(([name, child]) => [name, withoutHidden(child)]));
  if (Array.isArray(node.required))
    shown.required = node.required.filter((name) => properties.some(([shownName]) => shownName === name));
  return shown;
}

/** Takes the secrets out of a config: what is left may be stored and shown as it is. */
export function splitSecrets(config: Json, paths: string[]): { open: Json; secrets: Record<string, string> } {
  const open = structuredClone(config);
  const secrets: Record<string, string> = {};
  for (const path of paths) {
    const { parent, name } = placeOf(open, path);
    if (typeof parent?.[name] !== 'string') continue;
    secrets[path] = parent[name];
    delete parent[name];
  }
  return { open, secrets };
}

/** A connector's secrets by their dotted path; none where nothing is sealed. */
export function openSecrets(keyring: Keyring, sealed: string | null): Record<string, string> {
  return sealed ? JSON.parse(keyring.open(sealed)) : {};
}

/** Puts secrets back in their places. Those whose place is gone (another kind of credential) are left out. */
export function joinSecrets(open: Json, secrets: Record<string, string>): Json {
  const config = structuredClone(open);
  for (const [path, value] of Object.entries(secrets)) {
    const { parent, name } = placeOf(config, path);
    if (parent && parent[name] === undefined) parent[name] = value;
  }
  return config;
}

function placeOf(root: Json, path: string): { parent: Json | undefined; name: string } {
  const parts = path.split('.');
  const name = parts.pop() ?? '';
  let parent: Json | undefined = root;
  for (const part of parts) parent = parent?.[part] as Json | undefined;
  return { parent, name };
}
