import { expect } from 'chai';
import { rejects } from '../contract-kit.ts';
import { type GenesysCall, resolvedCode, supportQueue } from './conversations.ts';
import { dayKey, genesysForTests, idsOf, listed, minutesAfter, noonDaysAgo, open, rowsOf } from './kit.ts';

type Json = Record<string, unknown>;

const settled = { settle_hours: 0 };
const yesterday = { from: minutesAfter(noonDaysAgo(1), -1), to: noonDaysAgo(1) };

describe('conversations of Genesys', () => {
  const system = genesysForTests();
  const asked = (part: string) => system().server.requests.filter((request) => request.includes(part)).length;

  it('become interactions with what is known of them', async () => {
    const startedAt = noonDaysAgo(1);
    system().addCalls([
      { id: 'known', startedAt, durationSeconds: 75, agent: { id: 'u1', name: 'Asha Rao' }, mos: 4.4 },
    ]);
    await using source = await open(system().config(settled));
    const [row] = await rowsOf(source, dayKey(1));
    expect(row).to.deep.equal({
      ...{ external_interaction_id: 'known', channel_type: 'VOICE', interaction_start_time: startedAt.toISOString() },
      ...{ duration_seconds: 75, audio_url: 'known' },
      metadata: {
        ...{ agent_id: 'u1', agent_name: 'Asha Rao', agent_talk_seconds: 75 },
        ...{ queue_id: supportQueue, queue_name: 'Support', direction: 'inbound' },
        ...{ ani: 'tel:+919800000001', dnis: 'tel:+918030752400' },
        ...{ wrap_up_code: resolvedCode, wrap_up_name: 'Resolved', disconnect_type: 'client' },
        ...{ division_ids: 'division-1', mos: 4.4 },
      },
    });
  });

  it('that are left out are told with their reasons, those of all days together', async () => {
    const at = (id: string, days: number, more: object = {}) => ({ id, startedAt: noonDaysAgo(days), ...more });
    system().addCalls([
      ...[at('a', 1), at('b', 1, { durationSeconds: 5 }), at('c', 2, { durationSeconds: 5 })],
      ...[at('d', 2), at('e', 2), at('live', 1, { isLive: true })],
    ]);
    await using source = await open(system().config({ ...settled, min_duration_seconds: 10, quota_per_agent: 1 }));
    expect(source.notes?.()).to.deep.equal([]);
    for (const days of [1, 2]) await rowsOf(source, dayKey(days));
    expect(source.notes?.()).to.deep.equal(['3 calls left out (2 filtered; 1 over the quotas)']);
  });

  it('more than a question reaches are read by halves, each once', async () => {
    system().addCalls(12_000);
    await using source = await open(system().config(settled));
    const ids = idsOf(await rowsOf(source, dayKey(1)));
    expect(ids).to.have.length(12_000);
    expect(new Set(ids).size).to.equal(12_000);
    expect(ids).to.deep.equal([...ids].sort());
  });

  it('of days that the query does not reach come by a job, each once, with attributes', async () => {
    const startedAt = noonDaysAgo(40);
    const calls = Array.from({ length: 600 }, (_, index): GenesysCall => {
      const attributes = Object.fromEntries(
        Array.from({ length: 60 }, (_, i) => [`k${String(i).padStart(2, '0')}`, 'v']),
      );
      return {
        id: `old-${index}`,
        startedAt: minutesAfter(startedAt, index / 10),
        ...(index === 0 ? { attributes } : {}),
      };
    });
    system().addCalls(calls);
    await using source = await open(system().config(settled));
    const rows = await rowsOf(source, dayKey(40));
    expect(idsOf(rows)).to.deep.equal(calls.map(({ id }) => id));
    expect(asked('/details/query')).to.equal(0);
    const metadata = rows[0]?.metadata as Json;
    expect(Object.keys(metadata)).to.have.length(50);
    expect(metadata).to.include({ attribute_k00: 'v', agent_name: 'Asha Rao' });
  });

  it('of a backfill come by a job where that is complete, and by the query where it is not', async () => {
    system().addCalls([{ id: 'one', startedAt: noonDaysAgo(1), attributes: { tier: 'gold' } }]);
    await using source = await open(system().config(settled));
    const [item] = await listed(source, yesterday);
    expect(item?.key).to.equal(dayKey(1));
    const complete = async (completeUntil: Date) => {
      system().server.jobs.completeUntil = completeUntil;
      await using other = await open(system().config(settled));
      return await rowsOf(other, dayKey(1), 'closed@12345678');
    };
    expect((await complete(new Date()))[0]?.metadata).to.include({ attribute_tier: 'gold' });
    expect(asked('POST /api/v2/analytics/conversations/details/jobs')).to.equal(1);
    expect((await complete(noonDaysAgo(1)))[0]?.metadata).not.to.have.property('attribute_tier');
    expect(asked('POST /api/v2/analytics/conversations/details/jobs')).to.equal(1);
  });

  it('with participant attributes days wait until Genesys has them', async () => {
    system().server.jobs.completeUntil = noonDaysAgo(1);
    await using source = await open(system().config({ ...settled, participant_attributes: true }));
    const items = await listed(source);
    expect(items.map(({ readiness }) => typeof readiness)).to.deep.equal(['string', 'object', 'object']);
    expect(JSON.stringify(items.at(1)?.readiness)).to.match(/Participant attributes come later/);
  });

  it('a job that fails or expires is told with what Genesys says', async () => {
    await using source = await open(system().config(settled));
    system().server.jobs.ending = { state: 'FAILED', errorMessage: 'Query too complex' };
    const failed = await rejects(rowsOf(source, dayKey(40)), 'http_unavailable');
    expect(failed.message).to.match(/could not carry out.*"Query too complex"/);
    system().server.jobs.ending = { state: 'EXPIRED' };
    const expired = await rejects(rowsOf(source, dayKey(40)), 'http_unavailable');
    expect(expired.message).to.match(/expired/);
  });

  it('an abort ends the wait for a job', async () => {
    const stop = new AbortController();
    system().server.jobs.ending = { state: 'PENDING' };
    await using source = await open(system().config(settled), { signal: stop.signal });
    const reading = rowsOf(source, dayKey(40));
    setTimeout(() => stop.abort(), 50);
    await rejects(reading, 'cancelled');
  });

  it('a query stays within seven days, 35 days back and 10,000 results', async () => {
    system().addCalls(10_500);
    await using source = await open(system().config({ ...settled, lookback_days: 36 }));
    for (const { key } of await listed(source)) await rowsOf(source, key);
    expect(asked('/details/query')).to.be.greaterThan(100);
    expect(asked('POST /api/v2/analytics/conversations/details/jobs')).to.be.within(2, 4);
  });
});
