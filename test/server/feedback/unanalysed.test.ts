import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { feedbackHandler } from '../../../server/feedback/handler.ts';
import { openCluster } from '../../../server/kafka/open.ts';
import { replayRows } from '../../../server/pipeline/replay.ts';
import type { Services } from '../../../server/services.ts';
import { type Supervisor, startSupervisor } from '../../../server/stream/supervisor.ts';
import { type Serving, serve } from '../../../server/worker/serve.ts';
import { eventually } from '../../harness/eventually.ts';
import { skipWithoutKafka, startKafka, type TestKafka } from '../../harness/kafka.ts';
import { testServices } from '../../harness/services.ts';
import { seedProfile, seedRule } from '../reports/seed.ts';
import { callEvent, type StreamKit, streamKit } from '../stream/stream-kit.ts';
import { messagesOn } from './feedback-kit.ts';

describe('events that no rule takes', () => {
  let services: Services;
  let kafka: TestKafka;
  let supervisor: Supervisor | undefined;
  let serving: Serving | undefined;

  before(async function () {
    skipWithoutKafka(this);
    services = await testServices();
    kafka = await startKafka();
  });
  after(async () => {
    await kafka?.stop();
    await services?.close();
  });
  afterEach(async () => {
    await serving?.stop();
    await supervisor?.stop();
    await services.database.pool.query('UPDATE connector SET is_enabled = FALSE');
    await services.database.pool.query('DELETE FROM work');
  });

  let topics = 0;
  async function newStream(wantsResults: boolean): Promise<StreamKit & { topic: string; results: string }> {
    const topic = `calls-${++topics}`;
    const results = `results-${topics}`;
    await kafka.createTopic(topic, 1);
    await kafka.createTopic(results, 1);
    const more = wantsResults ? { results_topic: results } : {};
    return { ...(await streamKit(services, { brokers: kafka.brokers, topic, ...more })), topic, results };
  }

  const follow = () => {
    supervisor = startSupervisor(services, { openCluster, pollMs: 200, retryMs: 200 });
  };
  const tell = () => {
    serving = serve(services, [feedbackHandler(services)], { pollMs: 50 });
  };
  const waiting = (kit: StreamKit) =>
    kit.select('SELECT kind, group_key FROM work WHERE account_id = ?', kit.accountId);
  const send = (topic: string, ...values: string[]) =>
    kafka.send(
      topic,
      values.map((value) => ({ value })),
    );

  it('are told of as they are stored, each once, whether there is no rule or none that matches', async () => {
    const kit = await newStream(true);
    follow();
    tell();
    await send(kit.topic, callEvent('A'), callEvent('B', { metadata: { queue: 'Orders' } }), callEvent('A'));
    const first = await messagesOn(kafka, kit.results, 2);
    expect(first).to.have.length(2);
    const told = first.find(({ source }) => source.external_interaction_id === 'B');
    expect(told).to.include({ event: 'interaction.unanalysed', reason: 'no_rule' });
    expect(told?.source.metadata).to.deep.equal({ queue: 'Orders' });
    expect(told?.event_id).to.equal(told?.interaction.interaction_id);
    await seedProfile(services, kit.accountId, 'Basics', { Greeting: { kind: 'phrase', any: ['hello'] } });
    await seedRule(services, kit.accountId, {
      filter_group: [[{ attribute: 'channel_type', operator: 'IS', value: 'VOICE' }]],
      assign_quality_profiles: ['Basics'],
    });
    await supervisor?.stop();
    follow();
    await send(kit.topic, callEvent('C'));
    const all = await messagesOn(kafka, kit.results, 3);
    expect(all).to.have.length(3);
    expect(all.find(({ source }) => source.external_interaction_id === 'C')).to.include({ reason: 'no_match' });
  });

  it('are told of when they were rejected first, and mended', async () => {
    const kit = await newStream(true);
    follow();
    tell();
    await send(kit.topic, callEvent('A', { interaction_start_time: 'soon' }));
    const rejected = () => kit.select('SELECT id FROM rejected_row WHERE account_id = ?', kit.accountId);
    const [row] = await eventually('the rejected event', async () => {
      const rows: RowDataPacket[] = await rejected();
      return rows.length > 0 && rows;
    });
    await replayRows(services, kit.accountId, [{ rejectedRowId: row?.id, raw: callEvent('A') }], 'ann');
    expect(await messagesOn(kafka, kit.results, 1)).to.have.length(1);
  });

  it('make no work where the connector has no results topic', async () => {
    const kit = await newStream(false);
    follow();
    await send(kit.topic, callEvent('A'), callEvent('B'));
    await eventually('both', async () => (await kit.interactions()).length === 2);
    expect(await waiting(kit)).to.deep.equal([]);
  });

  it('are told of after their analysis where a rule takes them, not before', async () => {
    const kit = await newStream(true);
    await seedProfile(services, kit.accountId, 'Basics', { Greeting: { kind: 'phrase', any: ['hello'] } });
    await seedRule(services, kit.accountId, { assign_quality_profiles: ['Basics'] });
    follow();
    await send(kit.topic, callEvent('A'));
    await eventually('it', async () => (await kit.interactions()).length === 1);
    expect((await waiting(kit)).map(({ kind }) => kind)).to.deep.equal(['analyse']);
  });
});
