import { mock } from 'node:test';
import { expect } from 'chai';
import { Senders } from '../../../server/feedback/senders.ts';
import type { ResultTarget } from '../../../server/feedback/targets.ts';
import type { Cluster, Producer } from '../../../server/kafka/cluster.ts';
import type { Services } from '../../../server/services.ts';
import { testServices } from '../../harness/services.ts';

/** A cluster whose brokers answer when they are told to. */
class SlowCluster {
  isClosed = false;
  readonly #answers: (() => void)[] = [];

  /** Events that wait for an answer. */
  get waiting(): number {
    return this.#answers.length;
  }

  answer(): void {
    for (const resolve of this.#answers.splice(0)) resolve();
  }

  produce(): Promise<Producer> {
    const send = () => new Promise<void>((resolve) => this.#answers.push(resolve));
    return Promise.resolve({ send, stop: () => Promise.resolve() });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

const minuteMs = 60_000;
const event = { key: 'k', value: Buffer.from('{}') };

function target(version: string): ResultTarget {
  return { connectorId: 1, accountId: 1, connectorName: 'ecc', kafka: { brokers: [] }, topic: 'results', version };
}

describe('the senders of results', () => {
  let services: Services;
  let clusters: SlowCluster[];
  let senders: Senders;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(() => {
    clusters = [];
    senders = new Senders(services, () => {
      const cluster = new SlowCluster();
      clusters.push(cluster);
      return cluster as unknown as Cluster;
    });
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(async () => {
    mock.timers.reset();
    await senders[Symbol.asyncDispose]();
  });

  const turn = () => new Promise((resolve) => setImmediate(resolve));
  async function untilWaiting(index: number): Promise<void> {
    for (let turns = 0; clusters[index]?.waiting !== 1 && turns < 1_000; turns++) await turn();
    expect(clusters[index]?.waiting).to.equal(1);
  }

  it('stay open under an event, however long the brokers take, and are closed a minute after it', async () => {
    const sending = senders.send(target('a'), event);
    await untilWaiting(0);
    mock.timers.tick(10 * minuteMs);
    expect(clusters[0]?.isClosed).to.equal(false);
    clusters[0]?.answer();
    expect(await sending).to.equal(undefined);
    mock.timers.tick(minuteMs - 1);
    expect(clusters[0]?.isClosed).to.equal(false);
    mock.timers.tick(1);
    expect(clusters[0]?.isClosed).to.equal(true);
  });

  it('serve one event after the other by one connection, and open another after they were closed', async () => {
    for (let count = 0; count < 3; count++) {
      const sending = senders.send(target('a'), event);
      await untilWaiting(0);
      clusters[0]?.answer();
      await sending;
      mock.timers.tick(minuteMs - 1);
    }
    expect(clusters).to.have.length(1);
    mock.timers.tick(1);
    const sending = senders.send(target('a'), event);
    await untilWaiting(1);
    clusters[1]?.answer();
    expect(await sending).to.equal(undefined);
  });

  it('of a configuration that was changed finish what they write, and are closed then', async () => {
    const before = senders.send(target('a'), event);
    await untilWaiting(0);
    const after = senders.send(target('b'), event);
    await untilWaiting(1);
    expect(clusters[0]?.isClosed).to.equal(false);
    clusters[0]?.answer();
    expect(await before).to.equal(undefined);
    expect(clusters[0]?.isClosed).to.equal(true);
    clusters[1]?.answer();
    expect(await after).to.equal(undefined);
    expect(clusters[1]?.isClosed).to.equal(false);
  });

  it('are closed with the program, whether they are in use or not', async () => {
    void senders.send(target('a'), event);
    await untilWaiting(0);
    mock.timers.reset();
    await senders[Symbol.asyncDispose]();
    expect(clusters[0]?.isClosed).to.equal(true);
  });
});
