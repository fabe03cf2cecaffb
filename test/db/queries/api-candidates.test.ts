import { expect } from 'chai';
import { type AnalysisSearch, searchAnalyses } from '../../../db/queries/api-analyses.ts';
import { candidatesOf } from '../../../db/queries/api-candidates.ts';
import { saveMetadataField } from '../../../server/quality/metadata-fields.ts';
import type { Services } from '../../../server/services.ts';
import { type FilterGroup, operators, type Scalar } from '../../../shared/quality.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addRandom, doIndexWork, filterKeys, profiles, randomOf } from '../../server/reports/list/random-list.ts';
import { seedAnalysis, seedInteraction, seedProfile } from '../../server/reports/seed.ts';

const days = { from: new Date('2026-11-01T00:00:00Z'), to: new Date('2026-11-30T00:00:00Z') };
const values: Scalar[] = [
  ...[
    'Orders',
    ' RETURNS ',
    'İstanbul',
    'istanbul',
    'οδος',
    'ＯＲＤＥＲＳ',
    '12',
    12,
    '2.50',
    2.5,
    true,
    'TRUE',
    'nowhere',
  ],
  ...['one', '\\'],
];

describe('analyses searched by metadata that interactions are found by', () => {
  let services: Services;
  let accountId: number;

  before(async () => {
    services = await testServices();
    accountId = (await testAccount(services)).id;
    for (const name of profiles) await seedProfile(services, accountId, name, { Manual: { kind: 'manual' } });
    await addRandom(services, accountId, randomOf(11), 120);
    const metadata = { 'metadata.queue': 'Orders', priority: 1e21 };
    const { id } = await seedInteraction(services, accountId, {
      metadata,
      startTime: new Date('2026-11-03T09:00:00Z'),
    });
    await seedAnalysis(services, accountId, id, { profile: 'First' });
  });
  after(() => services.close());

  const search = (metadata: FilterGroup): AnalysisSearch => ({ ...days, scores: [], metadata });

  /** Groups of up to two alternatives of up to two conditions. */
  function randomGroups(): FilterGroup[] {
    const random = randomOf(13);
    const some = <T>(list: readonly T[]): T => list[random(list.length)] as T;
    const condition = () => ({
      attribute: some([...filterKeys, 'metadata.queue', 'team_name', 'channel_type']),
      operator: random(3) === 0 ? some(operators) : ('IS' as const),
      value: some(values),
    });
    const times = <T>(make: () => T) => Array.from({ length: 1 + random(2) }, make);
    return Array.from({ length: 150 }, () => times(() => times(condition)));
  }

  it('are the same as those found by reading everything, before, while and after it is looked at', async () => {
    const groups = randomGroups();
    const found = (group: FilterGroup) =>
      searchAnalyses(services.database.pool, accountId, search(group), { offset: 0, limit: 20 });
    const before = [];
    for (const group of groups) before.push(await found(group));
    expect(before.filter(({ total }) => total > 0).length).to.be.greaterThan(30);
    for (const key of filterKeys)
      await saveMetadataField(services, accountId, { cqa_key: key, display_name: key, is_used_for_filtering: true });
    await doIndexWork(services);
    let told = 0;
    for (const [n, group] of groups.entries()) {
      if (await candidatesOf(services.database.pool, accountId, group, days)) told++;
      expect(await found(group), JSON.stringify(group)).to.deep.equal(before[n]);
    }
    expect(told).to.be.greaterThan(40);
    await services.database.pool.query(
      'INSERT INTO attribute_pending (account_id, first_id, last_id) SELECT account_id, MIN(id), MAX(id) FROM interaction WHERE account_id = ? GROUP BY account_id',
      [accountId],
    );
    await services.database.pool.query('DELETE FROM interaction_attribute WHERE account_id = ?', [accountId]);
    for (const [n, group] of groups.entries())
      expect(await found(group), JSON.stringify(group)).to.deep.equal(before[n]);
  });
});
