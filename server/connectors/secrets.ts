import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Keyring } from '../security/seal.ts';

type Json = Record<string, unknown>;

/** Every place in a connector's schema that `secret()` marks, as dotted paths: `credential.password`. */
export function secretPaths(schema: z.ZodType): string[] {
  return pathsOf(schemaJson(schema), undefined, isSecret);
}

/** The same for one config: of alternatives only the one that it has chosen. */
export function secretPathsIn(schema: z.ZodType, config: Json): string[] {
  return pathsOf(schemaJson(schema), config, isSecret);
}

/** The secrets that a person types: those of the form. */
export function typedSecretPaths(schema: z.ZodType): string[] {
  return pathsOf(formOf(schema), undefined, isSecret);
}

/**
 * The secrets of a config that are sent to an address which is another one before. An address counts for the secrets
 * beside and below it, so that of two systems in one config each has its own; where they share a place, the secret says to
 * which of them it is sent.
 */
export function secretsForNewAddress(schema: z.ZodType, before: Json, config: Json): string[] {
  const node = schemaJson(schema);
  const changed = pathsOf(node, config, ({ address }) => address === true).filter(
    (path) => !isDeepStrictEqual(valueAt(before, path), valueAt(config, path)),
  );
  return changed.flatMap((address) => {
    const [place, name] = [address.slice(0, address.lastIndexOf('.') + 1), address.slice(address.lastIndexOf('.') + 1)];
    const isSentThere = (field: Json) => isSecret(field) && field.unsent !== true && goesTo(field, name);
    return pathsOf(node, config, isSentThere).filter((path) => path.startsWith(place));
  });
}

function goesTo({ sent_to }: Json, address: string): boolean {
  return !Array.isArray(sent_to) || sent_to.includes(address);
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

const isSecret = ({ secret }: Json) => secret === true;

/** The dotted paths of fields; where there is a value, of alternatives only those that it has chosen. */
function pathsOf(node: Json, value: unknown, isWanted: (field: Json) => boolean, path = ''): string[] {
  const paths = new Set<string>(isWanted(node) ? [path] : []);
  const add = (child: Json, inner: unknown, at: string) => {
    for (const found of pathsOf(child, inner, isWanted, at)) paths.add(found);
  };
  for (const branch of branches)
    for (const option of optionsOf(node, branch)) if (mayBe(option, value)) add(option, value, path);
  for (const [name, child] of propertiesOf(node)) add(child, valueIn(value, name), path ? `${path}.${name}` : name);
  if (node.items && pathsOf(node.items as Json, undefined, isSecret, path).length > 0)
    throw new Error(`${path}: a secret in a list cannot be sealed; give it a field of its own`);
  return [...paths];
}

function valueAt(config: Json, path: string): unknown {
  const { parent, name } = placeOf(config, path);
  return parent?.[name];
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
