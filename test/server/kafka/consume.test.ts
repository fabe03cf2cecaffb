import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import type { EventBatch } from '../../../server/kafka/cluster.ts';
import { openCluster } from '../../../server/kafka/open.ts';
import { AppError } from '../../../shared/error.ts';
import { eventually } from '../../harness/eventually.ts';
import { skipWithoutKafka, startKafka, type TestKafka } from '../../harness/kafka.ts';
import { type Following, follow, log, numbered } from './following.ts';

const last = (following: Following) => following.batches.at(-1);
const sorted = (values: string[]) => [...values].sort((a, b) => Number(a) - Number(b));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => String(i));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Of buffers, without those that nobody has any more: a collection frees them beside the program, and the next waits for that. */
function heldBytes(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

describe('a consumer', () => {
  let kafka: TestKafka;
  const open: Following[] = [];
  const following = async (...settings: Parameters<typeof follow> extends [unknown, infer S] ? [S] : never) => {
    const made = await follow(kafka.brokers, ...settings);
    open.push(made);
    return made;
  };

  before(async function () {
    skipWithoutKafka(this, 'groups', 'topics');
    kafka = await startKafka();
  });
  afterEach(() => Promise.all(open.splice(0).map((each) => each.stop())));
  after(() => kafka?.stop());

  it('begins where it is told to, and else at the first event, and says how far the end is', async () => {
    await kafka.createTopic('begin', 2);
    await kafka.send('begin', [...numbered(0, 10, 0), ...numbered(0, 10, 1)]);
    const reader = await following({ topic: 'begin', positions: () => Promise.resolve(new Map([[0, 7]])) });
    await eventually('all are taken', () => reader.values().length === 13);
    const first = (partition: number) => reader.batches.find((batch) => batch.partition === partition);
    expect(first(0)).to.include({ from: 7, next: 10, end: 10 });
    expect(first(0)?.events[0]).to.deep.include({ offset: 7, key: Buffer.from('7'), value: Buffer.from('7') });
    expect(first(1)).to.include({ from: 0 });
  });

  it('keeps few batches in memory that wait to be taken, however many partitions there are', async () => {
    const [partitions, eventBytes] = [24, 900_000];
    const before = heldBytes();
    await kafka.createTopic('many', partitions);
    const value = Buffer.alloc(eventBytes, 'x');
    for (let partition = 0; partition < partitions; partition++) await kafka.send('many', [{ value, partition }]);
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isTaking = false;
    const reader = await following({
      ...{ topic: 'many', partitionsAtOnce: 1, maxBytesPerPartition: eventBytes },
      async take({ next }) {
        isTaking = true;
        await released;
        return next;
      },
    });
    try {
      await eventually('one is being taken', () => isTaking);
      // Long enough for all of them to come, where nothing keeps them back.
      let looks = 0;
      await eventually('more had its chance', () => ++looks > 150);
      expect(heldBytes() - before).to.be.below(8 * eventBytes);
    } finally {
      release();
    }
    await eventually('all are taken', () => reader.values().length === partitions);
  });

  it('goes on where a batch says, and commits only what was taken', async () => {
    await kafka.createTopic('seek', 1);
    await kafka.send('seek', numbered(0, 10));
    let isFirst = true;
    const reader = await following({
      topic: 'seek',
      async take({ next }) {
        if (!isFirst) return next;
        isFirst = false;
        expect(await kafka.committed('seek', 'seek')).to.satisfy((all: Map<number, number>) => (all.get(0) ?? -1) < 0);
        return 4;
      },
    });
    await eventually('the rest comes again', () => last(reader)?.from === 4 && last(reader)?.next === 10);
    await eventually('all is committed', async () => (await kafka.committed('seek', 'seek')).get(0) === 10);
  });

  it('gives what a killed process had not ended with to the next', async () => {
    await kafka.createTopic('killed', 1);
    await kafka.send('killed', numbered(0, 5));
    const script = fileURLToPath(new URL('./stuck.js', import.meta.url));
    const stuck = spawn(process.execPath, [script, 'killed', ...kafka.brokers], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(stuck.stdout, 'data');
    stuck.kill('SIGKILL');
    const reader = await following({ topic: 'killed' });
    await eventually('all come again', () => reader.values().length === 5);
    expect(reader.values()).to.deep.equal(upTo(5));
  });

  it('shares partitions with members that come and go: each is with one at a time, and no event is passed over', async () => {
    await kafka.createTopic('shared', 6);
    const busy = new Map<number, string>();
    const doubled: string[] = [];
    const positions = new Map<number, number>();
    const member = (name: string) =>
      following({
        topic: 'shared',
        positions: (partitions) => Promise.resolve(new Map(partitions.map((each) => [each, positions.get(each) ?? 0]))),
        async take({ partition, next }: EventBatch) {
          if (busy.has(partition)) doubled.push(`${name} and ${busy.get(partition)} at ${partition}`);
          busy.set(partition, name);
          await new Promise(setImmediate);
          busy.delete(partition);
          positions.set(partition, next);
          return next;
        },
      });
    let sent = 0;
    const send = async () => {
      await kafka.send('shared', numbered(sent, sent + 200));
      sent += 200;
    };
    const one = await member('one');
    await eventually('one has all', () => one.consumer.partitions().length === 6);
    await send();
    const two = await member('two');
    await send();
    await eventually(
      'they share',
      () => one.consumer.partitions().length === 3 && two.consumer.partitions().length === 3,
    );
    await send();
    await two.stop();
    await send();
    await eventually('one has all again', () => one.consumer.partitions().length === 6);
    await eventually('all are taken', () => one.values().length + two.values().length >= sent);
    expect(sorted([...one.values(), ...two.values()])).to.deep.equal(upTo(sent));
    expect(doubled).to.deep.equal([]);
  });

  it('keeps its partition while batches cannot be stored for longer than the session lasts', async () => {
    await kafka.createTopic('failing', 1);
    await kafka.send('failing', numbered(0, 3));
    const failingUntil = performance.now() + 9_000;
    const reader = await following({
      topic: 'failing',
      take({ next }) {
        if (performance.now() < failingUntil) throw new AppError('database_unavailable', 'The database is away.');
        return Promise.resolve(next);
      },
    });
    await eventually('they are taken', () => reader.values().length === 3);
    expect(reader.changes.filter(({ kind }) => kind === 'assigned')).to.have.length(1);
    expect(reader.changes.filter(({ kind }) => kind === 'failed')).to.not.have.length(0);
    expect(reader.batches).to.have.length(1);
  });

  it('tells that it works again when a failure has passed by itself, without a new assignment', async () => {
    await kafka.createTopic('passing', 1);
    let failuresLeft = 2;
    const reader = await following({
      topic: 'passing',
      positions() {
        if (failuresLeft-- > 0) throw new AppError('database_unavailable', 'The database is away.');
        return Promise.resolve(new Map());
      },
    });
    await eventually('it works', () => reader.changes.at(-1)?.kind === 'worked');
    expect(reader.changes.map(({ kind }) => kind)).to.deep.equal(['assigned', 'failed', 'failed', 'worked']);
  });

  it('does not hold other partitions up while one cannot be stored', async () => {
    await kafka.createTopic('one-stuck', 2);
    const reader = await following({
      topic: 'one-stuck',
      take({ partition, next }) {
        if (partition === 0) throw new Error('never');
        return Promise.resolve(next);
      },
    });
    for (let i = 0; i < 3; i++) {
      await kafka.send('one-stuck', [...numbered(i, i + 1, 0), ...numbered(i, i + 1, 1)]);
      await eventually('the other is taken', () => reader.values().length === i + 1);
    }
  });

  it('is begun anew after a broker that stood still, and goes on where it was', async function () {
    skipWithoutKafka(this, 'freeze');
    await kafka.createTopic('frozen', 1);
    await kafka.send('frozen', numbered(0, 5));
    const reader = await following({ topic: 'frozen' });
    await eventually('they are taken', () => reader.values().length === 5);
    kafka.freeze();
    try {
      await eventually('it is noticed', () => reader.changes.find(({ kind }) => kind === 'failed'));
    } finally {
      kafka.thaw();
    }
    await eventually('it is begun anew', () => reader.changes.find(({ kind }) => kind === 'restarted'));
    await kafka.send('frozen', numbered(5, 10));
    await eventually('all are taken', () => reader.values().includes('9'));
    expect([...new Set(reader.values())]).to.deep.equal(upTo(10));
  });

  it('goes on after a restart of the broker', async function () {
    skipWithoutKafka(this, 'restart');
    await kafka.createTopic('restarted', 2);
    await kafka.send('restarted', numbered(0, 50));
    const reader = await following({ topic: 'restarted' });
    await eventually('they are taken', () => reader.values().length === 50);
    await kafka.kill();
    await eventually('it is noticed', () => reader.changes.find(({ kind }) => kind === 'failed'));
    await kafka.start();
    await kafka.send('restarted', numbered(50, 100));
    await eventually('all are taken', () => new Set(reader.values()).size === 100);
  });

  it('tells of a topic that was deleted under it, and follows it when it is there again', async () => {
    await kafka.createTopic('deleted', 1);
    await kafka.send('deleted', numbered(0, 3));
    const reader = await following({ topic: 'deleted', positions: () => Promise.resolve(new Map([[0, 0]])) });
    await eventually('they are taken', () => reader.values().length === 3);
    await kafka.deleteTopic('deleted');
    const told = await eventually('it is told', () =>
      reader.changes.find((change) => change.kind === 'failed' && (change.error as AppError).code === 'path_missing'),
    );
    expect(told).to.be.an('object');
    await kafka.createTopic('deleted', 1);
    await kafka.send('deleted', numbered(10, 12));
    await eventually('the new ones are taken', () => reader.values().includes('11'));
  });

  it('asks again where to begin when the events there are gone', async () => {
    await kafka.createTopic('gone', 1);
    await kafka.send('gone', numbered(0, 5));
    const asked: number[] = [];
    const reader = await following({
      topic: 'gone',
      positions() {
        asked.push(asked.length);
        return Promise.resolve(new Map([[0, asked.length === 1 ? 1_000 : 2]]));
      },
    });
    await eventually('it goes on', () => last(reader)?.next === 5);
    expect(reader.values()).to.deep.equal(['2', '3', '4']);
  });

  it('asks again where to begin when the topic was made anew, also where it has grown past the old positions', async () => {
    await kafka.createTopic('anew', 1);
    await kafka.send('anew', numbered(0, 3));
    await using cluster = openCluster({ address: kafka.address(), clientId: 'test', log });
    const ids: (string | undefined)[] = [];
    const reader = await following({
      topic: 'anew',
      async positions() {
        ids.push(await cluster.topicId('anew'));
        return new Map([[0, new Set(ids).size === 1 ? 0 : 1]]);
      },
    });
    await eventually('they are taken', () => reader.values().length === 3);
    await kafka.deleteTopic('anew');
    await eventually('it is noticed', () => reader.changes.find(({ kind }) => kind === 'failed'));
    await kafka.createTopic('anew', 1);
    await kafka.send('anew', numbered(10, 20));
    await eventually('the new ones are taken', () => reader.values().includes('19'));
    expect(reader.values()).to.deep.equal(['0', '1', '2', ...numbered(11, 20).map(({ value }) => value)]);
  });

  it('ends at once while the cluster is away, and after the batch under way while it is there', async () => {
    const away = await follow(['127.0.0.1:1'], { topic: 'any' });
    await eventually('it is told', () => away.changes.find(({ kind }) => kind === 'failed'));
    await away.stop();
    await kafka.createTopic('ending', 1);
    await kafka.send('ending', numbered(0, 1));
    let finish: (() => void) | undefined;
    const reader = await following({
      topic: 'ending',
      take: ({ next }) =>
        new Promise((resolve) => {
          finish = () => resolve(next);
        }),
    });
    const end = await eventually('it is being taken', () => finish);
    const stopped = reader.stop();
    end();
    await stopped;
    expect(reader.values()).to.deep.equal(['0']);
    expect((await kafka.committed('ending', 'ending')).get(0)).to.equal(1);
  });
});
