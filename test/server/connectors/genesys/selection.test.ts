import { expect } from 'chai';
import { isSampled } from '../../../../server/connectors/genesys/selection.ts';
import type { Log } from '../../../../server/log.ts';
import { openLog } from '../../../../server/log.ts';
import { rejects } from '../contract-kit.ts';
import { type GenesysCall, otherCode, salesQueue, supportQueue } from './conversations.ts';
import { dayKey, genesysForTests, idsOf, listed, minutesAfter, noonDaysAgo, open, rowsOf } from './kit.ts';

type Json = Record<string, unknown>;

const settled = { settle_hours: 0 };
const noon = noonDaysAgo(1);
const day = dayKey(1);
const agentOf = (id: string) => ({ id, name: `Agent ${id}` });

describe('which calls are taken from Genesys', () => {
  const system = genesysForTests();
  const taken = async (config: Json): Promise<unknown[]> => {
    await using source = await open(system().config({ ...settled, ...config }));
    return idsOf(await rowsOf(source, day));
  };
  const add = (...calls: GenesysCall[]) => system().addCalls(calls);

  it('by media, direction, length, quality and wrap-up code', async () => {
    add(
      { id: 'usual', startedAt: noon, durationSeconds: 90 },
      { id: 'chat', startedAt: noon, durationSeconds: 90, mediaType: 'chat' },
      { id: 'outbound', startedAt: noon, durationSeconds: 90, direction: 'outbound' },
      { id: 'short', startedAt: noon, durationSeconds: 59 },
      { id: 'long', startedAt: noon, durationSeconds: 121 },
      { id: 'noisy', startedAt: noon, durationSeconds: 90, mos: 3.4 },
      { id: 'unmeasured', startedAt: noon, durationSeconds: 90, more: { mediaStatsMinConversationMos: null } },
      { id: 'other-code', startedAt: noon, durationSeconds: 90, wrapUpCode: otherCode },
      { id: 'unrecorded', startedAt: noon, durationSeconds: 90, isRecorded: {} },
      { id: 'said-unrecorded', startedAt: noon, durationSeconds: 90, isRecorded: { recording: false } },
    );
    const config = {
      directions: ['inbound'],
      ...{ min_duration_seconds: 60, max_duration_seconds: 120 },
      quality_criteria: { minimum_mos: 3.5, wrap_up_codes: ['resolved'] },
    };
    expect(await taken(config)).to.deep.equal(['usual']);
    expect(await taken({})).to.include.members(['outbound', 'short', 'long', 'noisy', 'unmeasured', 'other-code']);
    for (const id of ['chat', 'unrecorded', 'said-unrecorded']) expect(await taken({})).not.to.include(id);
    expect(await taken({ only_recorded: false })).to.include.members(['unrecorded', 'said-unrecorded']);
  });

  it('by queue, named by name or ID, with the most calls of a day from each', async () => {
    const calls = Array.from({ length: 12 }, (_, index): GenesysCall => {
      const queueId = index % 2 === 0 ? supportQueue : salesQueue;
      return { id: `call-${index}`, startedAt: minutesAfter(noon, index), queueId };
    });
    add(...calls.reverse());
    expect(await taken({ queues: ['support'] })).to.deep.equal([
      'call-0',
      'call-2',
      'call-4',
      'call-6',
      'call-8',
      'call-10',
    ]);
    const queues = [{ queue: supportQueue, max_calls: 1 }, { queue: 'Sales' }];
    expect(await taken({ queues, max_calls_per_queue: 2 })).to.deep.equal(['call-0', 'call-1', 'call-3']);
  });

  it('by quota of each agent; a call that an agent has no room for does not count for the queue', async () => {
    const agents = ['a', 'a', 'a', 'b', 'b'];
    add(
      ...agents.map((agent, index) => ({
        id: `call-${index}`,
        startedAt: minutesAfter(noon, index),
        agent: agentOf(agent),
      })),
    );
    expect(await taken({ quota_per_agent: 1 })).to.deep.equal(['call-0', 'call-3']);
    expect(await taken({ quota_per_agent: 2, max_calls_per_queue: 3 })).to.deep.equal(['call-0', 'call-1', 'call-3']);
  });

  it('the same ones each time that a day is read', async () => {
    system().addCalls(1000);
    const config = { sampling_percentage: 40, quota_per_agent: 100 };
    const first = await taken(config);
    expect(first).to.have.length(100);
    expect(await taken(config)).to.deep.equal(first);
  });

  it('a sample is evenly drawn, and a larger one holds the smaller', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `conversation-${index}`);
    const sample = (percentage: number) => ids.filter((id) => isSampled(id, percentage));
    expect(sample(20).length).to.be.within(1800, 2200);
    expect(sample(30)).to.include.members(sample(20));
    expect(sample(100)).to.have.length(ids.length);
  });

  it('with quotas a day waits until it is over and settled, and says so; without it does not', async () => {
    await using withQuota = await open(system().config({ quota_per_agent: 3 }));
    const items = await listed(withQuota);
    const last = items.at(-1)?.readiness;
    expect(last).to.be.an('object');
    expect(JSON.stringify(last)).to.match(/settled/);
    expect(items[0]).to.include({ key: dayKey(2), readiness: 'ready', version: 'closed' });
    await using without = await open(system().config());
    expect((await listed(without)).every(({ readiness }) => readiness === 'ready')).to.equal(true);
  });

  it('a call that began the day before belongs to that day alone', async () => {
    const midnight = new Date(noonDaysAgo(1).getTime() - 12 * 3_600_000);
    add({ id: 'over-midnight', startedAt: minutesAfter(midnight, -5), durationSeconds: 900 });
    expect(await taken({})).to.deep.equal([]);
    await using source = await open(system().config(settled));
    expect(idsOf(await rowsOf(source, dayKey(2)))).to.deep.equal(['over-midnight']);
  });

  it('an unknown queue is told with names like it, before any day is read', async () => {
    await using source = await open(system().config({ queues: [{ queue: 'Suport' }] }));
    const { message, field } = await rejects(listed(source), 'invalid');
    expect(message).to.match(/no queue "Suport".*Is it "Support"\?/);
    expect(field).to.equal('queues');
  });

  for (const [what, status] of [
    ['not there', 404],
    ['withheld', 403],
    ['empty', 200],
  ] as const)
    it(`where the lists of names are ${what}, what was given is taken as the ID, with a warning`, async () => {
      system().server.namesAnswer = status;
      const named = { id: 'named', startedAt: noon, queueId: 'Support', wrapUpCode: 'Solved' };
      add({ id: 'by-id', startedAt: noon }, { id: 'sold', startedAt: noon, queueId: salesQueue }, named);
      const warned: string[] = [];
      const log = {
        ...openLog('silent'),
        warn: (_: unknown, message: string) => warned.push(message),
      } as unknown as Log;
      const taken = async (config: Json) => {
        await using source = await open(system().config({ ...settled, ...config }), { log });
        await listed(source);
        return idsOf(await rowsOf(source, day));
      };
      expect(await taken({ queues: [supportQueue.toUpperCase()] })).to.deep.equal(['by-id']);
      expect(warned).to.deep.equal([]);
      const settings = { queues: ['Support'], quality_criteria: { wrap_up_codes: ['Solved'] } };
      expect(await taken(settings)).to.deep.equal(['named']);
      expect(warned).to.have.length(2);
      expect(warned[0]).to.match(/queue "Support" cannot be looked up and is taken as the ID itself/);
      expect(warned[1]).to.match(/wrap-up code "Solved"/);
    });
});
