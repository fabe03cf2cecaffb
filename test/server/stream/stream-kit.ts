import type { RowDataPacket } from 'mysql2/promise';
import { type FollowedStream, listFollowed } from '../../../db/queries/stream-followed.ts';
import { parseUuid } from '../../../db/uuid.ts';
import { findConnector, saveConnector, setConnectorEnabled } from '../../../server/configuration/connectors.ts';
import { ecc6x } from '../../../server/connectors/ecc6x/ecc6x.ts';
import type { EventBatch, KafkaEvent, PartitionRange } from '../../../server/kafka/cluster.ts';
import { JsonValidator } from '../../../server/rows/validate/json.ts';
import type { Services } from '../../../server/services.ts';
import { BufferPool } from '../../../server/stream/chunks.ts';
import { StreamDays } from '../../../server/stream/day.ts';
import { EventReader, RecentRules } from '../../../server/stream/events.ts';
import { streamLocation } from '../../../server/stream/location.ts';
import { Partition } from '../../../server/stream/partition.ts';
import { beginPositions } from '../../../server/stream/positions.ts';
import { zoneAtNoon } from '../../harness/noon.ts';
import { testAccount } from '../../harness/services.ts';

export interface StreamKit {
  accountId: number;
  accountUid: string;
  connectorId: number;
  connectorName: string;
  followed(): Promise<FollowedStream>;
  enable(isEnabled: boolean): Promise<void>;
  /** As one process has it: `partitions` with places, days and stores of its own. */
  process(ranges: PartitionRange[]): Promise<StreamProcess>;
  select(sql: string, ...values: unknown[]): Promise<RowDataPacket[]>;
  /** The day's executions, the oldest first. */
  days(): Promise<RowDataPacket[]>;
  interactions(): Promise<string[]>;
}

export interface StreamProcess {
  partition(number: number): Partition;
  days: StreamDays;
}

let connectors = 0;

/** An account with a connector that reads a stream, and its job. */
export async function streamKit(
  services: Services,
  config: Record<string, unknown> = {},
  { timezone = zoneAtNoon() } = {},
): Promise<StreamKit> {
  const account = await testAccount(services, { timezone });
  const { pool } = services.database;
  const name = `stream ${++connectors}`;
  const settings = { brokers: '127.0.0.1:9', topic: 'calls', ...config };
  const input = { name, direction: 'import', type: 'ecc6x', config: settings };
  await saveConnector(services, account.id, input, { by: 'test', create: true });
  const { uid } = await findConnector(services, account.id, name);
  const select = async (sql: string, ...values: unknown[]) => (await pool.query<RowDataPacket[]>(sql, values))[0];
  const connectorId = (await select('SELECT id FROM connector WHERE uid = ?', parseUuid(uid)))[0]?.id as number;
  const followed = async () => {
    const found = (await listFollowed(pool, ['ecc6x'])).find((stream) => stream.connectorId === connectorId);
    if (!found) throw new Error('the stream is switched off');
    return found;
  };
  const days = () =>
    select("SELECT * FROM execution WHERE account_id = ? AND trigger_kind = 'stream' ORDER BY id", account.id);
  return {
    ...{ accountId: account.id, accountUid: account.uid, connectorId, connectorName: name, followed, select, days },
    enable: (isEnabled) => setConnectorEnabled(services, account.id, uid, isEnabled),
    process: async (ranges) => openProcess(services, await followed(), ranges),
    interactions: async () => {
      const rows = await select(
        'SELECT external_id FROM interaction WHERE account_id = ? ORDER BY external_id',
        account.id,
      );
      return rows.map((row) => row.external_id.toString());
    },
  };
}

const topic = 'calls';
const fieldsOf = ecc6x.stream(ecc6x.config.parse({ brokers: '127.0.0.1:9', topic, group_id: 'g' })).fieldsOf;

async function openProcess(
  services: Services,
  followed: FollowedStream,
  ranges: PartitionRange[],
): Promise<StreamProcess> {
  const place = streamLocation(followed, 'cluster', topic);
  const names = { accountUid: 'account', connector: followed.connectorName };
  const topicNow = { id: undefined, ranges };
  await beginPositions(services.database, place, { topic, names, startFrom: 'earliest' }, topicNow);
  const days = new StreamDays(services, followed);
  const context = {
    ...{
      services,
      place,
      topic,
      days,
      onExisting: 'update' as const,
      hasResultsTopic: false,
      buffers: new BufferPool(),
    },
    names,
    reader: new EventReader(fieldsOf, new JsonValidator(followed.timezone), services.log),
    rules: new RecentRules(services, followed.accountId),
    range: async (partition: number) => {
      const range = ranges.find((candidate) => candidate.partition === partition);
      if (!range) throw new Error(`no partition ${partition}`);
      return range;
    },
    stored: () => undefined,
  };
  const partitions = new Map<number, Partition>();
  return {
    days,
    partition(number) {
      const partition = partitions.get(number) ?? new Partition(context, number);
      partitions.set(number, partition);
      return partition;
    },
  };
}

/** A call as its event has it. */
export function callEvent(id: string, more: Record<string, unknown> = {}): string {
  return JSON.stringify({ external_interaction_id: id, channel_type: 'CHAT', transcript_text: `hello ${id}`, ...more });
}

/** Events from `from` on, one an offset; null is a tombstone. */
export function batchOf(partition: number, from: number, values: (string | Buffer | null)[]): EventBatch {
  const events = values.map(
    (value, index): KafkaEvent => ({
      ...{ offset: from + index, key: null, timestampMs: Date.now() },
      value: typeof value === 'string' ? Buffer.from(value) : value,
    }),
  );
  const next = from + values.length;
  return { partition, events, from, next, end: next };
}

export function rangeOf(partition: number, end = 1_000_000, first = 0): PartitionRange {
  return { partition, first, end };
}
