import { isDeepStrictEqual } from 'node:util';
import type { PoolConnection } from 'mysql2/promise';
import { isDuplicateKey, transaction } from '../../db/database.ts';
import type { ConnectorRow } from '../../db/models/connector.ts';
import { modelsOf } from '../../db/models/models.ts';
import { insertConnector, lockConnector, type SavedFields, updateConnector } from '../../db/queries/connectors.ts';
import { newId, parseUuid, uuidText } from '../../db/uuid.ts';
import { type CheckResult, type ConnectorInput, connectorInputSchema, type Direction } from '../../shared/connector.ts';
import { AppError } from '../../shared/error.ts';
import { getAccountById } from '../accounts/account.ts';
import type { Change } from '../change.ts';
import type { ConnectorType } from '../connectors/connector.ts';
import { connectorType } from '../connectors/registry.ts';
import { joinSecrets, secretPaths, splitSecrets } from '../connectors/secrets.ts';
import { inboxServer } from '../inbox/server-facts.ts';
import { parseInput } from '../parse-input.ts';
import type { Services } from '../services.ts';
import { preparedConfig, requireFit, secretsOf } from './connectors-config.ts';
import { connectorVersion, requireConnectorVersion, storedConnector } from './connectors-version.ts';
import { jobNamesOf } from './jobs.ts';
import type { SaveOptions } from './save-options.ts';
import { requireFreeJobName, saveSystemJob } from './system-jobs.ts';

export interface ConnectorView {
  id: number;
  uid: string;
  name: string;
  direction: Direction;
  type: string;
  /** Without secrets. */
  config: Record<string, unknown>;
  /** Dotted paths of the secrets that are kept: shown as "saved", typed again only to change them. */
  kept_secrets: string[];
  /** What may be shown beside the fields, for example the public half of a key pair. */
  public_side: Record<string, string>;
  is_enabled: boolean;
  last_check: CheckResult | null;
  created_by: string;
  created_at: Date;
  /** Comes back with what a form saves. */
  version: string;
  /** Names of the jobs that use it. */
  jobs: string[];
}

type Json = Record<string, unknown>;

/**
 * Makes or changes a connector. Secrets that are absent are kept; they are sealed again only when they changed.
 * Throws `invalid` with the field, and `conflict`: for a name that is taken, and at `version` where somebody has saved
 * since the form was opened.
 */
export async function saveConnector(
  services: Services,
  accountId: number,
  input: unknown,
  options: SaveOptions,
): Promise<{ uid: string; change: Change }> {
  const { uid, create = false, dryRun = false } = options;
  const connector = parseInput(connectorInputSchema, input);
  const row = uid ? await connectorRow(services, accountId, uid) : await namedRow(services, accountId, connector.name);
  if (create && row) throw nameTaken(connector.name);
  const type = connectorType(connector.type);
  requireFit(type, connector, row);
  const config = await preparedConfig(services, type, connector, row).catch((error: unknown) => {
    // What was right when the form was opened may be wrong only since then.
    if (row) requireConnectorVersion(options.version, storedConnector(row));
    throw error;
  });
  if (!row && type.systemJob) await requireFreeJobName(services, accountId, connector.name);
  if (row && options.keepsEnabled) connector.is_enabled = row.is_enabled;
  if (dryRun) return { uid: row ? uuidText(row.uid) : '', change: changeOf(services, type, connector, config, row) };
  return write(services, accountId, connector, config, row, options);
}

function changeOf(
  services: Services,
  type: ConnectorType,
  input: ConnectorInput,
  config: Json,
  row: ConnectorRow | null,
): Change {
  if (!row) return 'created';
  const { open, secrets } = splitSecrets(config, secretPaths(type.config));
  const same =
    row.name === input.name &&
    row.is_enabled === input.is_enabled &&
    isDeepStrictEqual(row.config, JSON.parse(JSON.stringify(open))) &&
    isDeepStrictEqual(secretsOf(services, row), secrets);
  return same ? 'unchanged' : 'updated';
}

async function write(
  services: Services,
  accountId: number,
  input: ConnectorInput,
  config: Json,
  row: ConnectorRow | null,
  options: SaveOptions,
): Promise<{ uid: string; change: Change }> {
  const type = connectorType(input.type);
  const change = changeOf(services, type, input, config, row);
  if (row && change === 'unchanged') return { uid: uuidText(row.uid), change };
  const { open, secrets } = splitSecrets(config, secretPaths(type.config));
  const { name, is_enabled: isEnabled } = input;
  const sealedSecrets = Object.keys(secrets).length > 0 ? services.keyring.seal(JSON.stringify(secrets)) : null;
  const fields = { name, config: open, sealedSecrets, isEnabled };
  const { timezone } = await getAccountById(services, accountId);
  const uid = row?.uid ?? newId();
  await transaction(services.database.pool, async (connection) => {
    const connectorId = await store(connection, { accountId, uid, row, input, fields, options });
    const owner = { accountId, connectorId };
    await type.saved?.(connection, owner, config);
    if (type.systemJob && input.direction === 'import')
      await saveSystemJob(connection, type.systemJob, { ...owner, name, timezone, isEnabled, by: options.by });
  });
  return { uid: uuidText(uid), change };
}

interface ToStore {
  accountId: number;
  uid: Buffer;
  row: ConnectorRow | null;
  input: ConnectorInput;
  fields: SavedFields;
  options: SaveOptions;
}

async function store(
  connection: PoolConnection,
  { accountId, uid, row, input: { direction, type, name }, fields, options }: ToStore,
): Promise<number> {
  try {
    if (!row)
      return await insertConnector(connection, { accountId, uid, direction, type, ...fields, createdBy: options.by });
    const connectorId = row.id;
    const now = await lockConnector(connection, accountId, connectorId);
    if (!now) throw noSuchConnector();
    requireConnectorVersion(options.version, now);
    const isEnabled = options.keepsEnabled ? now.isEnabled : fields.isEnabled;
    await updateConnector(connection, { accountId, connectorId }, { ...fields, isEnabled });
    return row.id;
  } catch (error) {
    if (isDuplicateKey(error)) throw nameTaken(name);
    throw error;
  }
}

function nameTaken(name: string): AppError {
  return new AppError('conflict', `There is already a connector "${name}". Choose another name.`, { field: 'name' });
}

export async function listConnectors(
  services: Services,
  accountId: number,
  direction?: Direction,
): Promise<ConnectorView[]> {
  const where = { account_id: accountId, deleted_at: null, ...(direction ? { direction } : {}) };
  const rows = await (await modelsOf(services.database)).Connector.findAll({ where, order: [['name', 'ASC']] });
  const jobs = await jobNamesOf(
    services,
    rows.map((row) => row.id),
  );
  return Promise.all(rows.map((row) => view(services, row, jobs.get(row.id) ?? [])));
}

export async function getConnector(services: Services, accountId: number, uid: string): Promise<ConnectorView> {
  const row = await connectorRow(services, accountId, uid);
  const jobs = await jobNamesOf(services, [row.id]);
  return view(services, row, jobs.get(row.id) ?? []);
}

/** For the CLI, which names connectors. Throws `not_found` with the names there are. */
export async function findConnector(services: Services, accountId: number, name: string): Promise<ConnectorView> {
  const row = await namedRow(services, accountId, name);
  if (row) return getConnector(services, accountId, uuidText(row.uid));
  const names = (await listConnectors(services, accountId)).map((connector) => connector.name);
  throw new AppError(
    'not_found',
    `There is no connector "${name}". ${names.length > 0 ? `There are: ${names.join(', ')}.` : 'There are none yet.'}`,
  );
}

export async function setConnectorEnabled(
  services: Services,
  accountId: number,
  uid: string,
  enabled: boolean,
): Promise<void> {
  const row = await connectorRow(services, accountId, uid);
  await row.update({ is_enabled: enabled, updated_at: new Date() });
}

/** Throws `not_found` for what is not this account's. */
export async function connectorRow(services: Services, accountId: number, uid: string): Promise<ConnectorRow> {
  const id = parseUuid(uid);
  const row =
    id &&
    (await (
      await modelsOf(services.database)
    ).Connector.findOne({
      where: { account_id: accountId, uid: id, deleted_at: null },
    }));
  if (!row) throw noSuchConnector();
  return row;
}

function noSuchConnector(): AppError {
  return new AppError('not_found', 'This connector is not there any more. Reload the page to see which are.');
}

async function namedRow(services: Services, accountId: number, name: string): Promise<ConnectorRow | null> {
  return (await modelsOf(services.database)).Connector.findOne({
    where: { account_id: accountId, name: name.trim(), deleted_at: null },
  });
}

async function view(services: Services, row: ConnectorRow, jobs: string[]): Promise<ConnectorView> {
  const type = connectorType(row.type);
  const secrets = secretsOf(services, row);
  return {
    id: row.id,
    uid: uuidText(row.uid),
    name: row.name,
    direction: row.direction,
    type: row.type,
    config: row.config,
    kept_secrets: Object.keys(secrets),
    public_side:
      (await type.publicSide?.(type.config.parse(joinSecrets(row.config, secrets)), () => inboxServer(services))) ?? {},
    is_enabled: row.is_enabled,
    last_check: row.last_check ?? null,
    created_by: row.created_by,
    created_at: row.created_at,
    version: connectorVersion(storedConnector(row)),
    jobs,
  };
}
