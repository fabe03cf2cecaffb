import { expect } from 'chai';
import { findProfileId } from '../../../../db/queries/reports.ts';
import { uuidText } from '../../../../db/uuid.ts';
import type { ApiServer } from '../../../harness/api.ts';
import { seedAnalysis, seedInteraction, seedMany, seedProfile } from '../../reports/seed.ts';
import { checkedServer } from './checked.ts';

interface Found {
  analyses: { external_interaction_id: string; created_at: string; [field: string]: unknown }[];
  pagination: { limit: number; offset: number; total: number };
}

const november = { start_date: '2026-11-01', end_date: '2026-11-30' };
const dates = (value: object = november) => ({ field: 'date', operator: 'range', value });
const score = (operator: string, value: unknown) => ({ field: 'score', operator, value });

describe('POST /analyses', () => {
  let server: ApiServer;
  let accountId: number;
  let profileUid: string;

  before(async () => {
    server = await checkedServer();
    accountId = server.account.id;
    const { services } = server;
    await seedProfile(services, accountId, 'Basics', { Greeting: { kind: 'manual' } });
    await seedProfile(services, accountId, 'Sales', { Offer: { kind: 'manual' } });
    const [rows] = await services.database.pool.query('SELECT uid FROM quality_profile WHERE id = ?', [
      await findProfileId(services.database.pool, accountId, 'Basics'),
    ]);
    profileUid = uuidText((rows as { uid: Buffer }[])[0]?.uid ?? Buffer.alloc(16));
    const seed = async (externalId: string, startTime: string | null, points: number, metadata = {}) => {
      const start = startTime === null ? null : new Date(startTime);
      const { id } = await seedInteraction(services, accountId, { externalId, startTime: start, metadata });
      await seedAnalysis(services, accountId, id, { profile: points > 5 ? 'Basics' : 'Sales', points });
    };
    // The account's zone is Asia/Kolkata: its first of November begins at 18:30Z.
    await seed('october', '2026-10-31T18:29:59.999Z', 9);
    await seed('first', '2026-10-31T18:30:00Z', 8, { queue: 'Orders', 'odd "key".x': 'ß' });
    await seed('undated', null, 4, { queue: 'orders' });
    await seed('last', '2026-11-30T18:29:59.999Z', 2.5, { queue: 'Sales', priority: 3 });
    await seed('december', '2026-11-30T18:30:00Z', 7);
    const other = await server.anotherAccount();
    await seedProfile(services, other.account.id, 'Basics', { Greeting: { kind: 'manual' } });
    const { id } = await seedInteraction(services, other.account.id, { externalId: 'theirs' });
    await seedAnalysis(services, other.account.id, id, { profile: 'Basics' });
  });
  after(() => server.close());

  async function found(body: object, query = ''): Promise<string[]> {
    const { status, data, message } = await server.call<Found>('POST', `/analyses${query}`, { body });
    expect(status, message).to.equal(200);
    return data.analyses.map(({ external_interaction_id }) => external_interaction_id);
  }

  it('answers the fields of the contract, no others, and qa_score only where there is one', async () => {
    const { status, data } = await server.call<Found>('POST', '/analyses', { body: { other_filters: [dates()] } });
    expect(status).to.equal(200);
    expect(data.pagination).to.deep.equal({ limit: 20, offset: 0, total: 3 });
    const [newest] = data.analyses;
    expect(newest).to.have.all.keys(
      ...['analysis_id', 'interaction_id', 'external_interaction_id', 'profile_id', 'status', 'ai_score'],
      ...['final_score', 'criticality_adjusted_score', 'metadata', 'created_at'],
    );
    expect(newest).to.deep.include({ ai_score: 2.5, final_score: 2.5, metadata: { queue: 'Sales', priority: 3 } });
    expect(newest?.created_at).to.match(/\+05:30$/);
    await server.services.database.pool.query(
      'UPDATE analysis SET qa_score = 6 WHERE account_id = ? AND final_score = 2.5',
      [accountId],
    );
    const again = await server.call<Found>('POST', '/analyses', { body: { other_filters: [dates()] } });
    expect(again.data.analyses[0]).to.include({ ai_score: 2.5, qa_score: 6, final_score: 6 });
    expect(await found({ other_filters: [dates(), score('equals', 6)] })).to.deep.equal(['last']);
    await server.services.database.pool.query('UPDATE analysis SET qa_score = NULL WHERE account_id = ?', [accountId]);
  });

  const searches: [string, object, string[]][] = [
    ['days of the account’s zone, the last one whole', { other_filters: [dates()] }, ['last', 'undated', 'first']],
    [
      'instants as they are',
      { other_filters: [dates({ start_date: '2026-10-31T18:29:59.999Z', end_date: '2026-11-01T00:00:00+05:30' })] },
      ['first', 'october'],
    ],
    ['one day', { other_filters: [dates({ start_date: '2026-11-30', end_date: '2026-11-30' })] }, ['last']],
    ['a score', { other_filters: [dates(), score('greater_than', 4)] }, ['first']],
    ['a score included', { other_filters: [dates(), score('greater_than_or_equal', 4)] }, ['undated', 'first']],
    ['several scores', { other_filters: [score('less_than', 8), dates(), score('greater_than', 2.5)] }, ['undated']],
    [
      'metadata, without its case',
      {
        other_filters: [dates()],
        metadata_filter_group: [[{ field: 'queue', operator: 'equals', value: 'ORDERS' }]],
      },
      ['undated', 'first'],
    ],
    [
      'metadata as OR of ANDs, by either name of an operator',
      {
        other_filters: [dates()],
        metadata_filter_group: [
          [
            { field: 'queue', operator: 'IS', value: 'orders' },
            { field: 'odd "key".x', operator: 'contains', value: 'ß' },
          ],
          [{ field: 'priority', operator: 'GREATER_OR_EQUAL', value: '3' }],
        ],
      },
      ['last', 'first'],
    ],
    [
      'a field of the interaction',
      {
        other_filters: [dates()],
        metadata_filter_group: [[{ field: 'channel_type', operator: 'not_equals', value: 'voice' }]],
      },
      [],
    ],
    [
      'null as if nothing was asked',
      { other_filters: [dates()], quality_profile_uid: null, metadata_filter_group: null },
      ['last', 'undated', 'first'],
    ],
    [
      'nothing by a profile that the account does not have',
      { other_filters: [dates()], quality_profile_uid: '019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55' },
      [],
    ],
  ];
  for (const [what, body, expected] of searches)
    it(`finds ${what}`, async () => {
      expect(await found(body)).to.deep.equal(expected);
    });

  it('finds by the quality profile', async () => {
    expect(await found({ other_filters: [dates()], quality_profile_uid: profileUid })).to.deep.equal(['first']);
  });

  it('pages in a stable order with an exact total', async () => {
    const other = await server.anotherAccount();
    await seedProfile(server.services, other.account.id, 'Basics', { Greeting: { kind: 'manual' } });
    const at = new Date('2026-11-10T00:00:00Z');
    await seedMany(server.services, other.account.id, { count: 53, at, profile: 'Basics', metadata: { queue: 'x' } });
    const page = async (query: string, more: object = {}) => {
      const options = { body: { other_filters: [dates()], ...more }, key: other.key, accountId: other.account.uid };
      return (await server.call<Found>('POST', `/analyses${query}`, options)).data;
    };
    const all: string[] = [];
    for (let offset = 0; offset < 60; offset += 20) {
      const { analyses, pagination } = await page(`?limit=20&offset=${offset}`);
      expect(pagination).to.deep.equal({ limit: 20, offset, total: 53 });
      all.push(...analyses.map(({ analysis_id }) => String(analysis_id)));
    }
    expect(new Set(all)).to.have.lengthOf(53);
    expect(all).to.deep.equal(all.toSorted().toReversed());
    expect((await page('?limit=20&offset=10000')).pagination.total).to.equal(53);
    const filtered = { metadata_filter_group: [[{ field: 'queue', operator: 'equals', value: 'X' }]] };
    expect((await page('?limit=1', filtered)).pagination.total).to.equal(53);
  });

  const refusals: [string, string, unknown, RegExp][] = [
    ['no other_filters', '', {}, /other_filters is missing/],
    ['no date filter', '', { other_filters: [] }, /no date filter; add/],
    ['a score filter alone', '', { other_filters: [score('equals', 1)] }, /no date filter/],
    ['two date filters', '', { other_filters: [dates(), dates()] }, /more than one date filter/],
    [
      'a date without its value',
      '',
      { other_filters: [{ field: 'date', operator: 'range' }] },
      /start_date and end_date/,
    ],
    ['a date without its end', '', { other_filters: [dates({ start_date: '2026-11-01' })] }, /end_date must be a date/],
    [
      'a bad date',
      '',
      { other_filters: [dates({ ...november, start_date: '01/11/2026' })] },
      /start_date must be a date as/,
    ],
    [
      'no day of the calendar',
      '',
      { other_filters: [dates({ ...november, end_date: '2026-11-31' })] },
      /end_date \(2026-11-31\) is no day/,
    ],
    [
      'a start after the end',
      '',
      { other_filters: [dates({ start_date: '2026-11-02', end_date: '2026-11-01' })] },
      /start_date \(2026-11-02\) is after end_date \(2026-11-01\)/,
    ],
    [
      'a range over 31 days',
      '',
      { other_filters: [dates({ start_date: '2026-10-01', end_date: '2026-11-02' })] },
      /longer than 31 days/,
    ],
    [
      'a range over 31 days by an instant',
      '',
      { other_filters: [dates({ start_date: '2026-10-01T00:00:00Z', end_date: '2026-11-01T00:00:00.001Z' })] },
      /longer than 31 days/,
    ],
    ['another date operator', '', { other_filters: [{ ...dates(), operator: 'equals' }] }, /operator range alone/],
    [
      'another filter',
      '',
      { other_filters: [dates(), { field: 'agent', operator: 'equals', value: 1 }] },
      /is date or score/,
    ],
    [
      'an unknown score operator',
      '',
      { other_filters: [dates(), score('not_equals', 3)] },
      /score filter knows the operators greater_than, less_than/,
    ],
    [
      'a score that is no number',
      '',
      { other_filters: [dates(), score('equals', '3')] },
      /score filter must be a number/,
    ],
    ['limit=0', '?limit=0', { other_filters: [dates()] }, /limit must be a whole number from 1 to 100/],
    ['limit=101', '?limit=101', { other_filters: [dates()] }, /limit must be a whole number from 1 to 100/],
    ['limit=ten', '?limit=ten', { other_filters: [dates()] }, /limit must be a whole number from 1 to 100/],
    ['offset=-1', '?offset=-1', { other_filters: [dates()] }, /offset must be a whole number from 0 to 10,000/],
    ['offset=10001', '?offset=10001', { other_filters: [dates()] }, /offset must be a whole number from 0 to 10,000/],
    ['an unknown field', '', { other_filters: [dates()], sort: 'asc' }, /sort is no field of this call/],
    [
      'an unknown field in a metadata filter',
      '',
      {
        other_filters: [dates()],
        metadata_filter_group: [[{ field: 'a', operator: 'equals', value: 1, not: true }]],
      },
      /not is no field/,
    ],
    [
      'a flat metadata filter',
      '',
      { other_filters: [dates()], metadata_filter_group: [{ field: 'a' }] },
      /array of arrays/,
    ],
    [
      'an unknown metadata operator',
      '',
      { other_filters: [dates()], metadata_filter_group: [[{ field: 'a', operator: 'like', value: 1 }]] },
      /metadata filter knows the operators/,
    ],
    [
      'a nested metadata value',
      '',
      { other_filters: [dates()], metadata_filter_group: [[{ field: 'a', operator: 'equals', value: {} }]] },
      /must be a text, a number, true or false/,
    ],
    [
      'a profile that is no uid',
      '',
      { other_filters: [dates()], quality_profile_uid: 'Basics' },
      /quality_profile_uid must be/,
    ],
  ];
  for (const [what, query, body, words] of refusals)
    it(`refuses ${what} in words of its own`, async () => {
      const { status, code, message } = await server.call('POST', `/analyses${query}`, { body });
      expect({ status, code }, message).to.deep.equal({ status: 400, code: 'VALIDATION_ERROR' });
      expect(message).to.match(words);
    });

  it('takes ranges of exactly 31 days', async () => {
    await found({ other_filters: [dates({ start_date: '2026-10-01', end_date: '2026-11-01' })] });
    await found({ other_filters: [dates({ start_date: '2026-10-01T00:00:00Z', end_date: '2026-11-01T00:00:00Z' })] });
  });

  it('takes the first and the last days there are', async () => {
    await found({ other_filters: [dates({ start_date: '9999-12-31', end_date: '9999-12-31' })] });
    await found({ other_filters: [dates({ start_date: '1000-01-01', end_date: '1000-01-01' })] });
  });
});
