import { type StreamStatus, streamStatuses } from '../../../db/queries/stream-readers.ts';
import { openCluster } from '../../../server/kafka/open.ts';
import type { Services } from '../../../server/services.ts';
import { type Supervisor, startSupervisor } from '../../../server/stream/supervisor.ts';
import { eventually } from '../../harness/eventually.ts';
import { type KafkaNeed, skipWithoutKafka, startKafka, type TestKafka } from '../../harness/kafka.ts';
import { testServices } from '../../harness/services.ts';
import { callEvent, type StreamKit, streamKit } from './stream-kit.ts';

export type FollowedStream = StreamKit & { topic: string };

export interface FollowedStreams {
  readonly services: Services;
  readonly kafka: TestKafka;
  /** Begins to read all streams; ends with the test. */
  read(): Supervisor;
  newStream(partitions: number, config?: Record<string, unknown>): Promise<FollowedStream>;
  stored(kit: StreamKit, count: number): Promise<unknown>;
  status(kit: StreamKit): Promise<StreamStatus | undefined>;
}

/** Kafka and what reads from it, for the suite that calls this. */
export function followedStreams(...needs: KafkaNeed[]): FollowedStreams {
  let services: Services | undefined;
  let kafka: TestKafka | undefined;
  let supervisors: Supervisor[] = [];
  let topics = 0;
  const started = <T>(value: T | undefined): T => {
    if (!value) throw new Error('not before the tests begin');
    return value;
  };
  before(async function () {
    skipWithoutKafka(this, ...needs);
    services = await testServices();
    kafka = await startKafka();
  });
  afterEach(async () => {
    await Promise.all(supervisors.map((supervisor) => supervisor.stop()));
    supervisors = [];
    await services?.database.pool.query('UPDATE connector SET is_enabled = FALSE');
  });
  after(async () => {
    await kafka?.stop();
    await services?.close();
  });
  return {
    get services() {
      return started(services);
    },
    get kafka() {
      return started(kafka);
    },
    read() {
      const supervisor = startSupervisor(started(services), { openCluster, pollMs: 200, retryMs: 200 });
      supervisors.push(supervisor);
      return supervisor;
    },
    async newStream(partitions, config = {}) {
      const topic = `calls-${++topics}-${process.pid}`;
      await started(kafka).createTopic(topic, partitions);
      return { ...(await streamKit(started(services), { brokers: started(kafka).brokers, topic, ...config })), topic };
    },
    stored: (kit, count) => eventually(`${count} interactions`, async () => (await kit.interactions()).length >= count),
    status: async (kit) =>
      (await streamStatuses(started(services).database.pool, kit.accountId)).find(
        ({ connectorId }) => connectorId === kit.connectorId,
      ),
  };
}

/** Calls in a row, dealt out to the partitions. */
export function eventsOf(from: number, count: number, partitions = 1): { value: string; partition: number }[] {
  return Array.from({ length: count }, (_, index) => ({
    value: callEvent(`C-${String(from + index).padStart(6, '0')}`),
    partition: (from + index) % partitions,
  }));
}
