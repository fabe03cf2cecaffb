import type { z } from 'zod';
import type { ConnectorRow } from '../../db/models/connector.ts';
import type { ConnectorInput } from '../../shared/connector.ts';
import { AppError } from '../../shared/error.ts';
import type { ConnectorType } from '../connectors/connector.ts';
import { joinSecrets, openSecrets, secretPathsIn, secretsForNewAddress, splitSecrets } from '../connectors/secrets.ts';
import { parseInput } from '../parse-input.ts';
import type { Services } from '../services.ts';

type Json = Record<string, unknown>;

/** What is stored of a connector that was given: with what is kept, and what its type adds. */
export async function preparedConfig(
  services: Services,
  type: ConnectorType,
  connector: ConnectorInput,
  row: ConnectorRow | null,
): Promise<Json> {
  const merged = mergedConfig(services, type, connector, row);
  return ((await type.prepare?.(merged, { name: connector.name, before: row?.config })) ?? merged) as Json;
}

/** Also whoever only tries a connector must not put its secrets into another type. */
export function requireFit(
  type: ConnectorType,
  { direction }: Pick<ConnectorInput, 'direction'>,
  row: ConnectorRow | null,
): void {
  if (!type.directions.includes(direction))
    throw new AppError('invalid', `${type.title} does not ${direction}. It can: ${type.directions.join(', ')}.`, {
      field: 'direction',
    });
  if (row && (row.type !== type.id || row.direction !== direction))
    throw new AppError(
      'conflict',
      `"${row.name}" is already a ${row.direction} connector of type ${row.type}. Choose another name.`,
      { field: 'name' },
    );
}

/**
 * The given config with the secrets and the host key that are kept, checked by the type's own schema. Throws `invalid` at
 * a secret that would go to another address than it was typed for: whoever changes the address must know it.
 */
export function mergedConfig(
  services: Services,
  type: ConnectorType,
  { config: given, direction }: Pick<ConnectorInput, 'config' | 'direction'>,
  row: ConnectorRow | null,
): Json {
  // A secret of another alternative than the chosen one (the password of what now signs in by key) is let go.
  const places = new Set(secretPathsIn(type.config, given));
  const secrets = Object.entries(secretsOf(services, row)).filter(([path]) => places.has(path));
  const joined = joinSecrets(given, Object.fromEntries(secrets));
  const parsed = parseInput(type.config as z.ZodType<Json>, joined, ['config']);
  const config = row ? { ...pinned(row.config, parsed), ...parsed } : parsed;
  type.requireFit?.(config, direction);
  if (row) requireTypedAgain(type, row.config, given, config);
  return config;
}

function requireTypedAgain(type: ConnectorType, before: Json, given: Json, config: Json): void {
  const typed = splitSecrets(given, secretPathsIn(type.config, given)).secrets;
  const path = secretsForNewAddress(type.config, before, config).find(
    (place) => valueIn(config, place) !== undefined && typed[place] === undefined,
  );
  if (path === undefined) return;
  throw new AppError(
    'invalid',
    `${path}: the address has changed, and what was kept is for the old one. Enter it again for the new address.`,
    { field: `config.${path}` },
  );
}

function valueIn(config: Json, path: string): unknown {
  return path.split('.').reduce<unknown>((here, name) => (here as Json | undefined)?.[name], config);
}

/**
 * A host key that was pinned at a check stays while the host stays, though a form or a YAML does not repeat it. `config`
 * is what its schema made of what was given: a YAML may say a port as text, or leave it out.
 */
function pinned(before: Json, config: Json): Json {
  const sameHost = before.host === config.host && before.port === config.port;
  return sameHost && before.host_key !== undefined ? { host_key: before.host_key } : {};
}

export function secretsOf(services: Services, row: ConnectorRow | null): Record<string, string> {
  return openSecrets(services.keyring, row?.sealed_secrets ?? null);
}
