import type { Connection } from '../../db/database.ts';
import { type ConnectorSettings, findConnectorSettings } from '../../db/queries/feedback.ts';
import { AppError, type Failure } from '../../shared/error.ts';
import { connectorType, streamTypes } from '../connectors/registry.ts';
import { joinSecrets, openSecrets } from '../connectors/secrets.ts';
import type { KafkaAddress } from '../kafka/cluster.ts';
import type { Keyring } from '../security/seal.ts';

/** Where a connector's results go, as it is configured now. */
export interface ResultTarget {
  connectorId: number;
  accountId: number;
  connectorName: string;
  kafka: KafkaAddress;
  topic: string;
  /** Another one where anything of the configuration is another. */
  version: string;
}

/** `failure`: the configuration cannot be read, so that nobody knows where they go. Undefined: nowhere. */
export type FoundTarget = ResultTarget | { failure: Failure } | undefined;

const keptMost = 1_000;

/**
 * Reads where connectors' results go. It is read each time, so that a change counts at once; what is kept is what the text
 * of a configuration means. Connectors of other types cost no more than the look.
 */
export class ResultTargets {
  readonly #keyring: Keyring;
  readonly #parsed = new Map<number, { version: string; target: FoundTarget }>();

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  /** By connector's id; those that were deleted, or whose results go nowhere, are left out. */
  async find(connection: Connection, connectorIds: readonly number[]): Promise<Map<number, NonNullable<FoundTarget>>> {
    const rows = await findConnectorSettings(connection, [...new Set(connectorIds)], streamTypes);
    return new Map(
      rows.flatMap((row) => {
        const target = this.#targetOf(row);
        return target ? [[row.id, target]] : [];
      }),
    );
  }

  /** Those of the list whose connector's results go anywhere. */
  async withTarget<Item>(
    connection: Connection,
    list: readonly Item[],
    connectorIdOf: (item: Item) => number,
  ): Promise<Item[]> {
    if (list.length === 0) return [];
    const targets = await this.find(connection, list.map(connectorIdOf));
    return list.filter((item) => targets.has(connectorIdOf(item)));
  }

  #targetOf(row: ConnectorSettings): FoundTarget {
    const version = `${row.config} ${row.sealedSecrets ?? ''}`;
    const known = this.#parsed.get(row.id);
    if (known?.version === version) return known.target;
    const target = parseTarget(this.#keyring, row, version);
    if (this.#parsed.size >= keptMost) this.#parsed.clear();
    this.#parsed.set(row.id, { version, target });
    return target;
  }
}

function parseTarget(keyring: Keyring, row: ConnectorSettings, version: string): FoundTarget {
  try {
    const type = connectorType(row.type);
    const config = type.config.parse(joinSecrets(JSON.parse(row.config), openSecrets(keyring, row.sealedSecrets)));
    const { kafka, resultsTopic: topic } = type.stream?.(config) ?? {};
    if (!kafka || topic === undefined) return undefined;
    return { connectorId: row.id, accountId: row.accountId, connectorName: row.name, kafka, topic, version };
  } catch (thrown) {
    const { code, message } = AppError.from(thrown, `the settings of the connector "${row.name}"`);
    return { failure: { code, message } };
  }
}
