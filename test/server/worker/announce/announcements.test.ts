import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { openServices, type Services } from '../../../../server/services.ts';
import { type Announcements, openAnnouncements } from '../../../../server/worker/announce/announcements.ts';
import { type Serving, serve } from '../../../../server/worker/serve.ts';
import { startWorkers } from '../../../../server/worker/start.ts';
import { eventually } from '../../../harness/eventually.ts';
import { skipWithoutKafka, startKafka, type TestKafka } from '../../../harness/kafka.ts';
import { settingsOf, testServices } from '../../../harness/services.ts';
import { addSubjects, ledgerHandler, openLedger } from '../ledger.ts';

const neverMs = 3_600_000;

interface Program {
  services: Services;
  announcements: Announcements;
  serving: Serving | undefined;
}

describe('announcements over Kafka', () => {
  let kafka: TestKafka | undefined;
  let services: Services;
  let topic: string;
  const programs: Program[] = [];

  before(async function () {
    skipWithoutKafka(this, 'freeze', 'restart');
    [kafka, services] = await Promise.all([startKafka(), testServices()]);
    await openLedger(services);
  });
  after(async () => {
    await kafka?.stop();
    await services?.close();
  });
  beforeEach(() => {
    topic = `work-${randomUUID()}`;
  });
  afterEach(async () => {
    kafka?.thaw();
    for (const { announcements, serving, services: own } of programs.splice(0)) {
      await announcements.stop();
      await serving?.stop({ finishMs: 0, abortMs: 500 });
      await own.close();
    }
    for (const table of ['work', 'done']) await services.database.pool.query(`DELETE FROM ${table}`);
  });

  async function open(brokers: string[]): Promise<Program> {
    const settings = settingsOf(services);
    const own = await openServices({ ...settings, config: { ...settings.config, kafka: { brokers } } });
    const program = { services: own, announcements: openAnnouncements(own, { topic }), serving: undefined };
    programs.push(program);
    return program;
  }

  /** A program that only makes work, as one with the role web. */
  const maker = (brokers = kafka?.brokers ?? []) => open(brokers);

  /** A program that does work, and looks for some only every `pollMs`. */
  async function worker(doer: string, pollMs = neverMs): Promise<void> {
    const program = await open(kafka?.brokers ?? []);
    const handler = ledgerHandler(program.services, { doer, concurrency: 2 });
    const serving = serve(program.services, [handler], { pollMs });
    program.serving = serving;
    program.announcements.serve({ wakeFor: () => serving.wake(), take: (names) => serving.take(names) });
  }

  const done = async () => (await services.database.pool.query<RowDataPacket[]>('SELECT * FROM done'))[0];
  const doers = async () => new Set((await done()).map(({ doer }) => doer));
  const allDone = (count: number) => eventually('all done', async () => (await done()).length === count);

  /** Until the group has found together, what is announced is heard by nobody: it is looked for once. */
  async function makeUntil(from: Program, what: string, isSo: () => Promise<boolean>): Promise<number> {
    let made = 0;
    await eventually(what, async () => {
      made += (await addSubjects(from.services, 10)).length;
      return await isSo();
    });
    for (const { serving } of programs) serving?.wake();
    return made;
  }

  it('bring work to all workers of the group, without their looking for it, and each piece is done once', async () => {
    const web = await maker();
    await worker('one');
    await worker('two');
    const made = await makeUntil(web, 'both work', async () => (await doers()).size === 2);
    await allDone(made);
    const more = (await addSubjects(web.services, 300)).length;
    await allDone(made + more);
    expect((await done()).every(({ times }) => times === 1)).to.equal(true);
  });

  it('that nobody hears, because the broker stands still, delay no commit, and the work is done by those who look', async () => {
    const web = await maker();
    await worker('one');
    const before = await makeUntil(web, 'it works', async () => (await doers()).size === 1);
    await allDone(before);
    kafka?.freeze();
    await worker('patient', 500);
    for (let commit = 0; commit < 30; commit++) await addSubjects(web.services, 100);
    await allDone(before + 3_000);
    kafka?.thaw();
  });

  it('come again by themselves when the broker is back', async () => {
    const web = await maker();
    await worker('one');
    await makeUntil(web, 'it works', async () => (await doers()).size === 1);
    kafka?.freeze();
    await addSubjects(web.services, 100);
    kafka?.thaw();
    const count = (await done()).length;
    await makeUntil(web, 'it works again', async () => (await done()).length > count + 100);
  });

  it('that cannot be heard, because the broker was stopped, leave nothing undone: work is looked for meanwhile', async () => {
    const { services: own, announcements } = await open(kafka?.brokers ?? []);
    const handlers = new URL('../lanes/ledger.js', import.meta.url).href;
    const lane = { name: 'ledger', kinds: ['analyse' as const], handlers, heapMb: 48, claimAhead: 0, idleMs: 100 };
    const workers = startWorkers(settingsOf(own), own, { lanes: [lane], pollMs: neverMs, announcements });
    try {
      await eventually('it receives', () => announcements.isReceiving());
      await kafka?.kill();
      await eventually('it has noticed', () => !announcements.isReceiving());
      // Made by somebody who announces nothing.
      await addSubjects(services, 5);
      await allDone(5);
    } finally {
      await workers.stop();
      await kafka?.start();
    }
    await eventually('it receives again', () => announcements.isReceiving());
  });

  it('to a broker that is not there trouble nobody, and the program ends all the same', async () => {
    const web = await maker(['127.0.0.1:1']);
    const made = await addSubjects(web.services, 50);
    expect(await done()).to.have.length(0);
    await worker('patient', 100);
    await allDone(made.length);
  });
});
