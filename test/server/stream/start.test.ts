import { expect } from 'chai';
import { cancelExecution } from '../../../server/jobs/cancel.ts';
import { triggerJob } from '../../../server/jobs/trigger.ts';
import type { Services } from '../../../server/services.ts';
import { startStreams } from '../../../server/stream/start.ts';
import type { StreamView } from '../../../server/stream/view.ts';
import type { WorkNames } from '../../../server/worker/announce/names.ts';
import { cqa, cqaProcess } from '../../harness/cqa.ts';
import { databaseUrlOf } from '../../harness/database.ts';
import { eventually } from '../../harness/eventually.ts';
import { skipWithoutKafka, startKafka, type TestKafka } from '../../harness/kafka.ts';
import { settingsOf, testSecretKey, testServices } from '../../harness/services.ts';
import { callEvent, streamKit } from './stream-kit.ts';

/** For commands on the same database. */
function environmentOf({ database: { address }, config }: Services): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DATABASE_URL: databaseUrlOf(address),
    CQA_SECRET_KEY: testSecretKey,
    CQA_DATA_DIR: config.dataDir,
    CQA_EGRESS_ALLOW: '127.0.0.0/8',
  };
}

describe('the stream role', () => {
  let services: Services;
  let kafka: TestKafka;
  before(async function () {
    skipWithoutKafka(this);
    services = await testServices();
    kafka = await startKafka();
  });
  after(async () => {
    await kafka?.stop();
    await services?.close();
  });

  it('reads in a thread of its own, and tells at once what work its events make', async () => {
    const topic = `role-${process.pid}`;
    await kafka.createTopic(topic, 1);
    const announced: WorkNames[] = [];
    const streams = startStreams(settingsOf(services), services, (names) => announced.push(...names));
    try {
      const kit = await streamKit(services, {
        brokers: kafka.brokers,
        topic,
        recording_base_url: 'http://127.0.0.1:9/',
      });
      const call = callEvent('R', { audio_url: 'http://127.0.0.1:9/r.wav', transcript_text: undefined });
      await kafka.send(topic, [{ value: call }]);
      await eventually('the interaction', async () => (await kit.interactions()).length === 1);
      await eventually('the announcement', () => announced.length > 0);
      const [work] = await kit.select("SELECT subject, group_key FROM work WHERE kind = 'record'");
      expect(announced).to.deep.equal([{ kind: 'record', subjects: [work?.subject.toString('hex')] }]);
      expect(work?.group_key).to.equal(kit.connectorId);
    } finally {
      await streams.stop();
    }
  });

  it('runs by itself: its job is neither started nor read again, its day not cancelled', async () => {
    const topic = `refused-${process.pid}`;
    await kafka.createTopic(topic, 1);
    const kit = await streamKit(services, { brokers: kafka.brokers, topic });
    const { jobId } = await kit.followed();
    const range = { from: new Date(0), to: new Date() };
    for (const options of [{ by: 'ann' }, { by: 'ann', range }]) {
      const refusal = await triggerJob(services, kit.accountId, jobId, options).catch((error) => error);
      expect(refusal.code).to.equal('conflict');
      expect(refusal.message).to.match(/runs all the time.*Disable its connector/);
    }
    const { days } = await kit.process([]);
    const refusal = await cancelExecution(services, kit.accountId, await days.executionId()).catch((error) => error);
    expect(refusal.code).to.equal('conflict');
    expect(refusal.message).to.match(/Disable its connector/);
    expect(await kit.days()).to.have.length(1);
  });

  it('is shown by "cqa stream show", also while nobody reads, and named by "cqa apply"', async () => {
    const topic = `shown-${process.pid}`;
    await kafka.createTopic(topic, 2);
    const kit = await streamKit(services, { brokers: kafka.brokers, topic });
    const show = (name = kit.connectorName) =>
      cqa<StreamView>(environmentOf(services), 'stream', 'show', '--account', kit.accountUid, '--name', name);
    expect(await show()).to.deep.include({ name: kit.connectorName, state: 'not_running', partitions: 0, lag: null });
    const streams = startStreams(settingsOf(services), services, () => undefined);
    try {
      await kafka.send(topic, [{ value: callEvent('S') }]);
      const shown = await eventually('the event', async () => {
        const now = await show();
        const isThere = now.last_event_at !== null && now.partitions === 2;
        // One that has only just joined, or has read and not yet told its lag, says so for a moment.
        return isThere && now.state === 'following' && now.lag === 0 && now;
      });
      expect(shown.error).to.equal(null);
      // One thread may have both partitions for a moment, before the other one joins.
      expect(shown.readers).to.be.within(1, 2);
      expect(shown.results).to.deep.equal({ waiting: 0, error: null });
    } finally {
      await streams.stop();
    }
    const refusal = await show('nothing').catch((error: Error) => error);
    expect(refusal).to.have.property('message').that.contains(`There are: "${kit.connectorName}"`);
  });

  it('is told by "cqa stream reset" where to read on', async () => {
    const topic = `reset-${process.pid}`;
    await kafka.createTopic(topic, 2);
    const values = [0, 1, 2].map((index) => ({ value: callEvent(`X${index}`), partition: index % 2 }));
    await kafka.send(topic, values);
    const kit = await streamKit(services, { brokers: kafka.brokers, topic });
    const environment = environmentOf(services);
    const reset = (name: string, to: string) =>
      cqaProcess(environment, 'stream', 'reset', '--account', kit.accountUid, '--name', name, '--to', to);
    expect(await reset(kit.connectorName, 'latest')).to.deep.equal({
      topic,
      partitions: [
        { partition: 0, from: null, to: 2 },
        { partition: 1, from: null, to: 1 },
      ],
    });
    expect(await reset(kit.connectorName, 'earliest')).to.deep.equal({
      topic,
      partitions: [
        { partition: 0, from: 2, to: 0 },
        { partition: 1, from: 1, to: 0 },
      ],
    });
    const refusal = await reset('nothing', 'latest').catch((error: Error) => error);
    if (!(refusal instanceof Error)) throw new Error('it was not refused');
    expect(refusal.message).to.match(/no import connector "nothing"/);
  });
});
