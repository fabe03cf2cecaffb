import { z } from 'zod';
import type { Keyring } from '../security/seal.ts';

type Json = Record<string, unknown>;

/** Every place in a connector's schema that `secret()` marks, as dotted paths: `credential.password`. */
export function secretPaths(schema: z.ZodType): string[] {
  const paths = new Set<string>();
  collect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json, '', paths);
  return [...paths];
}

function collect(node: Json, path: string, paths: Set<string>): void {
  if (node.secret === true) paths.add(path);
  for (const branch of ['oneOf', 'anyOf', 'allOf'])
    for (const option of (node[branch] as Json[] | undefined) ?? []) collect(option, path, paths);
  for (const [name, child] of Object.entries((node.properties as Record<string, Json> | undefined) ?? {}))
    collect(child, path ? `${path}.${name}` : name, paths);
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
