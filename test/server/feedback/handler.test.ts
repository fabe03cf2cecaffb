import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { pino } from 'pino';
import { addFeedback } from '../../../db/queries/feedback.ts';
import { uuidText } from '../../../db/uuid.ts';
import { feedbackHandler } from '../../../server/feedback/handler.ts';
import { Sender } from '../../../server/feedback/sender.ts';
import { openCluster } from '../../../server/kafka/open.ts';
import type { Services } from '../../../server/services.ts';
import { type Serving, serve } from '../../../server/worker/serve.ts';
import { eventually } from '../../harness/eventually.ts';
import { skipWithoutKafka, startKafka, type TestKafka } from '../../harness/kafka.ts';
import { settingsOf, testServices } from '../../harness/services.ts';
import { type FeedbackKit, feedbackKit, messagesOn } from './feedback-kit.ts';

const transcriptText = '[00:00] Agent: Thank you for calling Northwind.';

describe('results on their topic', () => {
  let services: Services;
  let kafka: TestKafka;
  let serving: Serving | undefined;
  let child: ChildProcess | undefined;

  before(async function () {
    skipWithoutKafka(this, 'freeze', 'restart', 'topics');
    services = await testServices({ leaseSeconds: 10 });
    kafka = await startKafka();
  });
  after(async () => {
    await kafka?.stop();
    await services?.close();
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await serving?.stop({ finishMs: 100, abortMs: 100 });
    serving = undefined;
    await services.database.pool.query('DELETE FROM work');
  });

  function start(): void {
    serving = serve(services, [feedbackHandler(services)], { pollMs: 50 });
  }

  async function newKit(): Promise<FeedbackKit> {
    const kit = await feedbackKit(services, kafka.brokers);
    await kafka.createTopic(kit.topic, 3);
    return kit;
  }

  async function analysed(kit: FeedbackKit, count: number): Promise<string[]> {
    await kit.profile();
    for (let i = 0; i < count; i++) await kit.analyse(await kit.interaction({ transcriptText }));
    return (await kit.waiting()).map(({ subject }) => uuidText(subject));
  }

  const settled = (kit: FeedbackKit) => eventually('all told', async () => (await kit.waiting()).length === 0);
  /** What a program had asked of the database when it was killed would still be done once the lock is gone. */
  async function endWaitingStatements(): Promise<void> {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'DELETE FROM work%'",
    );
    for (const { id } of rows) await services.database.pool.query('KILL ?', [id]);
  }
  /** Work that was put back is due now. */
  const hurry = (kit: FeedbackKit) =>
    services.database.pool.query("UPDATE work SET run_after = NOW(3) WHERE kind = 'feedback' AND account_id = ?", [
      kit.accountId,
    ]);

  it('writes every result once, under its own id, with what the source calls it', async () => {
    const kit = await newKit();
    const ids = await analysed(kit, 30);
    const own = await kit.interaction({
      ...{ externalId: 'INT-7', transcriptText, durationSeconds: 61 },
      metadata: { process_id: 7, customer_id: 'C-1' },
    });
    await kit.analyse(own);
    start();
    await settled(kit);
    const messages = await messagesOn(kafka, kit.topic, 31);
    expect(messages).to.have.length(31);
    expect(new Set(messages.map(({ event_id }) => event_id)).size).to.equal(31);
    expect(messages.map(({ event_id }) => event_id)).to.include.members(ids);
    const told = messages.find(({ interaction }) => interaction.interaction_id === uuidText(own));
    expect(told).to.deep.include({ event: 'analysis.completed', schema: 'cqa.analysis.v1' });
    expect(told?.source).to.deep.include({
      external_interaction_id: 'INT-7',
      metadata: { process_id: 7, customer_id: 'C-1' },
    });
    expect(told?.interaction).to.deep.equal({
      ...{ interaction_id: uuidText(own), status: 'completed', channel_type: 'VOICE' },
      ...{ interaction_start_time: '2026-11-03T09:15:00.000Z', duration_seconds: 61 },
    });
    expect(told && 'analysis' in told && told.analysis).to.deep.include({ profile_name: 'Basics', final_score: 10 });
  });

  it('has the id as key, so that a topic can be compacted to the newest of each', async () => {
    const kit = await newKit();
    const [id] = await analysed(kit, 1);
    start();
    const [event] = await kafka.readAll(kit.topic, 1);
    expect(String(event?.key)).to.equal(id);
  });

  it('tells of analyses and interactions that failed, and of those without a profile, in words', async () => {
    const kit = await newKit();
    const unassigned = await kit.interaction({ transcriptText });
    await kit.analyse(unassigned);
    const [failedId] = (await analysed(kit, 1)).slice(-1);
    const silent = await kit.interaction();
    await kit.analyse(silent);
    const failure = JSON.stringify({ code: 'not_found', message: 'It is gone.' });
    await services.database.pool.query(
      "UPDATE analysis SET status = 'failed', failure = ?, score_card = NULL, final_score = NULL WHERE account_id = ? AND id = ?",
      [failure, kit.accountId, Buffer.from(failedId?.replaceAll('-', '') ?? '', 'hex')],
    );
    start();
    const messages = await messagesOn(kafka, kit.topic, 3);
    const byId = new Map(messages.map((message) => [message.event_id, message]));
    expect(byId.get(uuidText(unassigned))).to.include({ event: 'interaction.unanalysed', reason: 'no_rule' });
    const failed = byId.get(failedId ?? '');
    expect(failed?.event === 'analysis.failed' && failed.analysis.failure_reason).to.equal('It is gone.');
    const unheard = byId.get(uuidText(silent));
    expect(unheard?.event === 'interaction.failed' && unheard.failure.message).to.match(/no transcript text either/);
  });

  it('writes the same event with the same id again, and loses none, when it is killed before it could settle', async () => {
    const kit = await newKit();
    const ids = await analysed(kit, 3);
    kafka.freeze();
    child = fork(new URL('./child.js', import.meta.url), [JSON.stringify(settingsOf(services))], { silent: true });
    await eventually('claimed', async () => (await kit.waiting()).every(({ claim }) => claim > 0));
    const lock = await services.database.pool.getConnection();
    await lock.beginTransaction();
    await lock.query("SELECT id FROM work WHERE kind = 'feedback' FOR UPDATE");
    kafka.thaw();
    const first = await messagesOn(kafka, kit.topic, 3);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await endWaitingStatements();
    await lock.rollback();
    lock.release();
    expect(await kit.waiting()).to.have.length(3);
    await hurry(kit);
    start();
    await settled(kit);
    const all = await messagesOn(kafka, kit.topic, 6);
    expect(all).to.have.length(6);
    expect(new Set(all.map(({ event_id }) => event_id))).to.deep.equal(new Set(ids));
    for (const message of first)
      expect(all.filter((one) => one.event_id === message.event_id)).to.deep.equal([message, message]);
  });

  it('does not let an event that the broker does not take keep the others back', async () => {
    const kit = await feedbackKit(services, kafka.brokers);
    await kafka.createTopic(kit.topic, 1, { 'max.message.bytes': '4000' });
    await kit.profile();
    const large = await kit.interaction({ transcriptText, metadata: { note: 'x'.repeat(5_000) } });
    await kit.analyse(large);
    await analysed(kit, 9);
    start();
    await eventually('nine told', async () => (await kit.waiting()).length === 1);
    const messages = await messagesOn(kafka, kit.topic, 9);
    expect(messages).to.have.length(9);
    const [left] = await eventually('the reason', async () => {
      const rows = await kit.waiting();
      return rows[0]?.last_error && rows;
    });
    expect(JSON.parse(left?.last_error).message).to.be.a('string');
  });

  it('tells hardly anything twice where one event is too large for the topic, and nothing once that is known', async () => {
    const kit = await feedbackKit(services, kafka.brokers);
    await kafka.createTopic(kit.topic, 6, { 'max.message.bytes': '40000' });
    await kit.profile();
    await kit.analyse(await kit.interaction({ transcriptText, metadata: { note: 'x'.repeat(50_000) } }));
    await analysed(kit, 40);
    start();
    await eventually('forty told', async () => (await kit.waiting()).length === 1);
    const first = await messagesOn(kafka, kit.topic, 40);
    for (const { event_id } of first)
      expect(first.filter((message) => message.event_id === event_id).length, event_id).to.be.at.most(2);
    await analysed(kit, 20);
    await hurry(kit);
    await eventually('twenty more told', async () => (await kit.waiting()).length === 1);
    expect(await messagesOn(kafka, kit.topic, first.length + 20)).to.have.length(first.length + 20);
  });

  it('does not leave the topic alone because several events are too large for it', async () => {
    const kit = await feedbackKit(services, kafka.brokers);
    await kafka.createTopic(kit.topic, 1, { 'max.message.bytes': '4000' });
    const address = { brokers: kafka.brokers };
    const target = { ...kit, connectorName: 'ecc', kafka: address, version: '' };
    const sender = new Sender(target, openCluster({ address, clientId: 'cqa', log: services.log }), () => 0);
    const large = ['1', '2', '3'].map((key) => ({ key, value: Buffer.alloc(5_000) }));
    const notSent = await Promise.all(large.map((event) => sender.send(event)));
    expect(notSent.map((each) => each?.failure.code)).to.deep.equal(['invalid', 'invalid', 'invalid']);
    expect(await sender.send({ key: '4', value: Buffer.from('small') })).to.equal(undefined);
    await sender.close();
  });

  it('does not let a result that cannot be told keep the others back', async () => {
    const kit = await newKit();
    await kit.profile();
    const odd = await kit.interaction({ transcriptText });
    await kit.analyse(odd);
    await services.database.pool.query("UPDATE analysis SET score_card = '{}' WHERE interaction_id = ?", [odd]);
    await analysed(kit, 9);
    const said: Record<string, unknown>[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void said.push(JSON.parse(line)) });
    serving = serve(services, [feedbackHandler({ ...services, log })], { pollMs: 50 });
    const [left] = await eventually('nine told, and why one is not', async () => {
      const rows = await kit.waiting();
      return rows.length === 1 && rows[0]?.last_error && rows;
    });
    const failure = JSON.parse(left?.last_error);
    expect(failure).to.have.property('code', 'internal');
    const [, traceId] = /Trace id: ([0-9a-f]{8})\./.exec(failure.message) ?? [];
    const line = said.find((each) => traceId !== undefined && each.traceId === traceId);
    expect(JSON.stringify(line?.err), 'what really happened').to.contain('TypeError');
    expect(await messagesOn(kafka, kit.topic, 9)).to.have.length(9);
    expect(left?.claim).to.equal(2);
  });

  it('gives up what is for a connector that was deleted, or that has no results topic any more', async () => {
    const kit = await newKit();
    await analysed(kit, 2);
    await services.database.pool.query('UPDATE connector SET deleted_at = NOW(3) WHERE id = ?', [kit.connectorId]);
    start();
    await settled(kit);
    const other = await newKit();
    await serving?.stop();
    await analysed(other, 2);
    await other.configure({ results_topic: undefined });
    start();
    await settled(other);
    const third = await newKit();
    await analysed(third, 1);
    await messagesOn(kafka, third.topic, 1);
    await services.database.pool.query('UPDATE connector SET deleted_at = NULL WHERE id = ?', [kit.connectorId]);
    expect(await kit.waiting()).to.deep.equal([]);
  });

  it('says nothing of an interaction that is being looked at anew, and drops what was erased', async () => {
    const kit = await newKit();
    const again = await kit.interaction();
    await kit.analyse(again);
    await services.database.pool.query('UPDATE interaction SET status = 0, failure = NULL WHERE id = ?', [again]);
    const erased = await kit.interaction();
    const connection = await services.database.pool.getConnection();
    await addFeedback(connection, [{ accountId: kit.accountId, connectorId: kit.connectorId, subject: erased }]);
    connection.release();
    await services.database.pool.query('DELETE FROM interaction WHERE id = ?', [erased]);
    const [told] = (await analysed(kit, 1)).slice(-1);
    start();
    await settled(kit);
    expect((await messagesOn(kafka, kit.topic, 1)).map(({ event_id }) => event_id)).to.deep.equal([told]);
  });
});
