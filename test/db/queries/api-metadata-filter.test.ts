import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { metadataGroupCondition } from '../../../db/queries/api-metadata-filter.ts';
import { attributeLookup } from '../../../server/analysis/attributes.ts';
import { matchesGroup } from '../../../server/analysis/condition.ts';
import type { Services } from '../../../server/services.ts';
import { type FilterGroup, operators, type Scalar } from '../../../shared/quality.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { seedInteraction } from '../../server/reports/seed.ts';

const oddKeys = [
  'a.b',
  'a"b',
  'a\\b',
  "it's",
  'two words',
  'ключ',
  '😀',
  '$',
  '*',
  '[0]',
  'line\nbreak',
  '\u0001',
  '`x`',
];

const startTime = new Date('2026-11-03T09:15:00.250Z');
const documents: Record<string, Scalar>[] = [
  {},
  { queue: 'Orders', priority: 2, is_vip: true, price: 12.5 },
  { queue: ' orders ', priority: '10', is_vip: false, price: '12.50' },
  { queue: 'ПРИВЕТ', priority: 'high', is_vip: 'true', price: -3 },
  { queue: 'a "quoted" \\ text\nof lines 😀', priority: '12345678901234567', price: 2_500_000 },
  { queue: '', priority: '1e3', price: 0.25 },
  { queue: '2026-11-03', priority: '.5', price: '+7.' },
  {
    queue: 'x'.repeat(3000),
    'metadata.queue': 'inner',
    channel_type: 'shadowed',
    source: 'from metadata',
    duration_seconds: 7,
  },
  Object.fromEntries(oddKeys.map((key, i) => [key, `value ${i}`])),
];
const attributes = [
  ...['queue', 'priority', 'is_vip', 'price', 'missing', 'metadata.queue', 'metadata.channel_type'],
  ...[
    'channel_type',
    'source',
    'external_interaction_id',
    'pii_redacted',
    'interaction_start_time',
    'duration_seconds',
  ],
];
const values: Scalar[] = [
  ...[2, 12.5, -3, 0, 0.25, 7, true, false],
  ...['orders', 'ORDERS', 'привет', '10', '12.50', 'true', 'high', '', 'quoted', '\\', '%', '_', '2026-11-01', 'VOICE'],
  ...[
    '12345678901234567',
    '1e3',
    '.5',
    'Ｏrders',
    '2026-11-03T09:15:00.250Z',
    '2026-11-03T10',
    'from metadata',
    'inner',
  ],
];

describe('a filter over metadata in SQL', () => {
  let services: Services;
  let accountId: number;
  const stored: { id: string; lookup: ReturnType<typeof attributeLookup> }[] = [];

  before(async () => {
    services = await testServices();
    accountId = (await testAccount(services)).id;
    for (const [i, metadata] of documents.entries()) {
      const durationSeconds = i % 2 === 0 ? 30 + i : null;
      const externalId = `Call-${i}`;
      const { id } = await seedInteraction(services, accountId, { externalId, startTime, metadata, durationSeconds });
      const fields = {
        external_interaction_id: externalId,
        channel_type: 'VOICE',
        source: null,
        pii_redacted: false,
        interaction_start_time: startTime.toISOString(),
        duration_seconds: durationSeconds,
      };
      stored.push({ id: id.toString('hex'), lookup: attributeLookup(fields, metadata) });
    }
  });
  after(() => services.close());

  async function found(group: FilterGroup): Promise<string[]> {
    const condition = metadataGroupCondition(group);
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      `SELECT LOWER(HEX(i.id)) AS id FROM interaction i WHERE i.account_id = ? AND ${condition?.sql ?? 'TRUE'} ORDER BY i.id`,
      [accountId, ...(condition?.values ?? [])],
    );
    return rows.map(({ id }) => id);
  }

  const expected = (group: FilterGroup) =>
    stored.filter(({ lookup }) => matchesGroup(group, lookup)).map(({ id }) => id);

  for (const attribute of attributes)
    it(`finds by ${attribute} what the assignment rules’ comparison finds in memory`, async () => {
      for (const operator of operators)
        for (const value of values) {
          const group = [[{ attribute, operator, value }]];
          expect(await found(group), `${operator} ${JSON.stringify(value)}`).to.deep.equal(expected(group));
        }
    });

  it('finds by keys of any characters', async () => {
    const at = stored.length - 1;
    for (const [i, attribute] of oddKeys.entries()) {
      const group: FilterGroup = [[{ attribute, operator: 'IS', value: `VALUE ${i}` }]];
      expect(await found(group), attribute).to.deep.equal([stored[at]?.id]);
    }
  });

  it('compares numbers that are written with an exponent as numbers', async () => {
    const { id } = await seedInteraction(services, accountId, { metadata: { mass: 1e21, charge: 1.6e-19 } });
    const group = (attribute: string, operator: 'IS' | 'GREATER_THAN', value: number) =>
      found([[{ attribute, operator, value }]]);
    expect(await group('mass', 'IS', 1e21)).to.deep.equal([id.toString('hex')]);
    expect(await group('mass', 'GREATER_THAN', 9e20)).to.have.lengthOf(1);
    expect(await group('charge', 'GREATER_THAN', 1e-19)).to.have.lengthOf(1);
    expect(await group('charge', 'GREATER_THAN', 1.7e-19)).to.have.lengthOf(0);
    await services.database.pool.query('DELETE FROM interaction WHERE id = ?', [id]);
  });

  it('takes inner arrays as AND, outer ones as OR, none as everything', async () => {
    const queue = { attribute: 'queue', operator: 'IS', value: 'orders' } as const;
    const vip = { attribute: 'is_vip', operator: 'IS', value: true } as const;
    const cheap = { attribute: 'price', operator: 'LESS_THAN', value: 0 } as const;
    for (const group of [[], [[]], [[queue, vip]], [[queue], [cheap]], [[queue, cheap], [vip]], [[queue, vip, cheap]]])
      expect(await found(group), JSON.stringify(group)).to.deep.equal(expected(group));
    expect(await found([[queue, vip]])).to.have.lengthOf(1);
  });
});
