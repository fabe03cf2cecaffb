import { expect } from 'chai';
import { selectWaitingResults } from '../../../db/queries/console-streams.ts';
import { uuidText } from '../../../db/uuid.ts';
import { feedbackHandler } from '../../../server/feedback/handler.ts';
import type { FeedbackMessage } from '../../../server/feedback/schema.ts';
import type { Services } from '../../../server/services.ts';
import { type Serving, serve } from '../../../server/worker/serve.ts';
import { eventually } from '../../harness/eventually.ts';
import { skipWithoutKafka, startKafka, type TestKafka } from '../../harness/kafka.ts';
import { testServices } from '../../harness/services.ts';
import { type FeedbackKit, feedbackKit, messagesOn } from './feedback-kit.ts';

const transcriptText = '[00:00] Agent: Thank you for calling Northwind.';

describe('results while the topic cannot be written', () => {
  let services: Services;
  let kafka: TestKafka;
  let serving: Serving | undefined;

  before(async function () {
    skipWithoutKafka(this, 'freeze', 'restart', 'topics');
    services = await testServices();
    kafka = await startKafka();
    serving = serve(services, [feedbackHandler(services)], { pollMs: 50 });
  });
  after(async () => {
    await serving?.stop({ finishMs: 100, abortMs: 100 });
    await kafka?.stop();
    await services?.close();
  });

  const settled = (kit: FeedbackKit) => eventually('all written', async () => (await kit.waiting()).length === 0);
  /** What the connector's card says. */
  const shown = (kit: FeedbackKit, count: number) =>
    eventually('the reason on the card', async () => {
      const found = (await selectWaitingResults(services.database.pool, kit.accountId)).get(kit.connectorId);
      return found?.count === count && found.error;
    });
  async function analyse(kit: FeedbackKit, count: number): Promise<void> {
    for (let i = 0; i < count; i++) await kit.analyse(await kit.interaction({ transcriptText }));
  }

  /** How often each id is there; a message that is repeated has the same result. */
  function timesOf(messages: FeedbackMessage[]): number[] {
    const texts = new Map<string, string[]>();
    for (const message of messages)
      texts.set(message.event_id, [
        ...(texts.get(message.event_id) ?? []),
        JSON.stringify({ ...message, interaction: undefined }),
      ]);
    for (const each of texts.values()) expect(new Set(each).size).to.equal(1);
    return [...texts.values()].map(({ length }) => length);
  }

  it('wait with the reason on the card, and are written by themselves when brokers that hung or stopped are back', async () => {
    const kit = await feedbackKit(services, kafka.brokers);
    await kafka.createTopic(kit.topic, 3);
    await kit.profile();
    await analyse(kit, 5);
    await settled(kit);
    expect(timesOf(await messagesOn(kafka, kit.topic, 5))).to.deep.equal([1, 1, 1, 1, 1]);
    kafka.freeze();
    await analyse(kit, 20);
    expect(await shown(kit, 20))
      .to.include(kafka.brokers[0])
      .and.match(/not answer/);
    kafka.thaw();
    await settled(kit);
    const afterHanging = await messagesOn(kafka, kit.topic, 25);
    const times = timesOf(afterHanging);
    expect(times).to.have.length(25);
    // What was on its way when nobody answered is sent once more, and no more often.
    expect(Math.max(...times)).to.be.at.most(2);
    await kafka.kill();
    await analyse(kit, 20);
    expect(await shown(kit, 20)).to.include(kafka.brokers[0]);
    await kafka.start();
    await settled(kit);
    const all = timesOf(await messagesOn(kafka, kit.topic, afterHanging.length + 20));
    expect(all).to.have.length(45);
    console.log(
      `      ${afterHanging.length - 25} of 25 repeated by hanging brokers, ${all.reduce((a, b) => a + b) - afterHanging.length - 20} by stopped ones`,
    );
  });

  it('wait for a topic that is not there yet', async () => {
    const kit = await feedbackKit(services, kafka.brokers);
    await kit.profile();
    await analyse(kit, 1);
    const [id] = (await kit.waiting()).map(({ subject }) => uuidText(subject));
    expect(await shown(kit, 1)).to.match(/has no topic/);
    await kafka.createTopic(kit.topic, 1);
    await settled(kit);
    expect((await messagesOn(kafka, kit.topic, 1)).map(({ event_id }) => event_id)).to.deep.equal([id]);
  });
});
