import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import { fillAttributes, queueAttributeWork } from '../../../db/queries/attribute-fill.ts';
import { attributeKey, attributeKeys } from '../../../db/queries/attribute-key.ts';
import {
  addAttributeFields,
  addPendingAttributes,
  listAttributeFields,
  readPendingAttributes,
  removeAttributeField,
} from '../../../db/queries/attributes.ts';
import { claimWork, settleWork, type Work } from '../../../db/queries/work.ts';
import { derivedId, newId } from '../../../db/uuid.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { seedInteraction, seedMany } from '../../server/reports/seed.ts';

const startTime = new Date('2026-11-03T09:15:00Z');

describe('what interactions are found by', () => {
  let services: Services;
  let accountId: number;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    await services.database.pool.query("DELETE FROM work WHERE kind = 'index'");
    accountId = (await testAccount(services)).id;
  });

  const pool = () => services.database.pool;

  async function claimed(): Promise<Work> {
    await queueAttributeWork(pool());
    const works = await claimWork(pool(), 'index', { limit: 100, leaseSeconds: 600 });
    const work = works.find((one) => one.accountId === accountId);
    if (!work) throw new Error('There is no work for the account.');
    return work;
  }

  async function fill(): Promise<void> {
    const work = await claimed();
    while (await fillAttributes(pool(), work));
    await settleWork(pool(), work);
  }

  /** The interactions found by a value, those of another time or value among them. */
  async function found(name: string, value: string | number): Promise<string[]> {
    const field = (await listAttributeFields(pool(), accountId)).find((one) => one.name === name);
    const [rows] = await pool().query<RowDataPacket[]>(
      `SELECT LOWER(HEX(interaction_id)) AS id FROM interaction_attribute
        WHERE account_id = ? AND field = ? AND value = ? ORDER BY interaction_id`,
      [accountId, field?.id ?? 0, attributeKey(value)],
    );
    return rows.map(({ id }) => id);
  }

  const seed = (metadata: Record<string, string | number>) =>
    seedInteraction(services, accountId, { metadata, startTime });

  async function noted(...ids: Buffer[]): Promise<void> {
    await transaction(pool(), (connection) => addPendingAttributes(connection, accountId, ids));
  }

  it('is made of interactions that were there before the field was, in pieces', async () => {
    await seedMany(services, accountId, { count: 4_500, at: startTime, metadata: { queue: 'Orders' } });
    await addAttributeFields(pool(), accountId, ['queue']);
    const work = await claimed();
    const told: [number, number | null, boolean][] = [];
    while (await fillAttributes(pool(), work)) {
      const [field] = await listAttributeFields(pool(), accountId);
      if (field) told.push([field.rowsFilled, field.rowsTotal, field.isReady]);
    }
    expect(told).to.deep.equal([
      [2_000, 4_500, false],
      [4_000, 4_500, false],
      [4_500, 4_500, true],
    ]);
    expect(await found('queue', 'Orders')).to.have.lengthOf(4_500);
  });

  it('is made in pieces of a few MB, however large the metadata, until nothing is left', async () => {
    const metadata = { queue: 'Orders', note: 'x'.repeat(1_000_000) };
    for (let n = 0; n < 20; n++) await seedMany(services, accountId, { count: 1, at: startTime, metadata });
    await addAttributeFields(pool(), accountId, ['queue']);
    const work = await claimed();
    const told: number[] = [];
    while (await fillAttributes(pool(), work)) {
      const [field] = await listAttributeFields(pool(), accountId);
      if (field) told.push(field.rowsFilled);
    }
    expect(told).to.deep.equal([8, 16, 20]);
    expect(await found('queue', 'Orders')).to.have.lengthOf(20);
  });

  for (const [how, secondsApart] of [
    ['near one another', 0],
    ['far apart', 1],
  ] as const)
    it(`is made in pieces of a few MB of large interactions that come later, ${how}`, async () => {
      await addAttributeFields(pool(), accountId, ['queue']);
      await fill();
      const ids = Array.from({ length: 20 }, (_, n) =>
        derivedId(startTime.getTime() + n * secondsApart * 1_000, newId()),
      );
      const metadata = { queue: 'Orders', note: 'x'.repeat(1_000_000) };
      for (const id of ids) {
        const seeded = await seed(metadata);
        await pool().query('UPDATE interaction SET id = ? WHERE id = ?', [id, seeded.id]);
      }
      await noted(...ids);
      const work = await claimed();
      const told: number[] = [];
      while (await fillAttributes(pool(), work)) told.push((await found('queue', 'Orders')).length);
      expect(told).to.deep.equal([8, 16, 20]);
      await settleWork(pool(), work);
      expect(await readPendingAttributes(pool(), accountId)).to.deep.equal({ ranges: [], ids: [] });
    });

  it('goes on where the worker before left it, which can write no more', async () => {
    await seedMany(services, accountId, { count: 2_500, at: startTime, metadata: { queue: 'Orders' } });
    await addAttributeFields(pool(), accountId, ['queue']);
    const first = await claimed();
    expect(await fillAttributes(pool(), first)).to.equal(true);
    await pool().query('UPDATE work SET run_after = NOW(3) WHERE id = ?', [first.id]);
    const second = await claimed();
    expect(await fillAttributes(pool(), first)).to.equal(false);
    expect(await fillAttributes(pool(), second)).to.equal(true);
    const [field] = await listAttributeFields(pool(), accountId);
    expect(field).to.include({ rowsFilled: 2_500, isReady: true });
  });

  it('is made of interactions that come later, near one another or far apart', async () => {
    await addAttributeFields(pool(), accountId, ['queue', 'price']);
    await fill();
    const { id } = await seed({ queue: 'Orders', price: 12.5 });
    await noted(id);
    const far: Buffer[] = [];
    for (let n = 0; n < 30; n++) far.push((await seed({ queue: 'Returns' })).id);
    // As if each had been made a second after the one before.
    const spread = far.map((one, n) => {
      const other = Buffer.from(one);
      other.writeUIntBE(one.readUIntBE(0, 6) - 1_000_000 + n * 1_000, 0, 6);
      return other;
    });
    for (const [n, one] of far.entries())
      await pool().query('UPDATE interaction SET id = ? WHERE id = ?', [spread[n], one]);
    await noted(...spread);
    expect((await readPendingAttributes(pool(), accountId))?.ids).to.have.lengthOf(30);
    await fill();
    expect(await found('queue', 'orders')).to.deep.equal([id.toString('hex')]);
    expect(await found('price', '12.50')).to.deep.equal([id.toString('hex')]);
    expect(await found('queue', 'Returns')).to.have.lengthOf(30);
    expect(await readPendingAttributes(pool(), accountId)).to.deep.equal({ ranges: [], ids: [] });
  });

  it('is not kept for an account that finds interactions by nothing, nor for another account', async () => {
    const { id } = await seed({ queue: 'Orders' });
    await noted(id);
    await queueAttributeWork(pool());
    expect(await readPendingAttributes(pool(), accountId)).to.deep.equal({ ranges: [], ids: [] });
    const other = accountId;
    accountId = (await testAccount(services)).id;
    await addAttributeFields(pool(), accountId, ['queue']);
    const { id: mine } = await seed({ queue: 'Orders' });
    await noted(id, mine);
    await fill();
    expect(await found('queue', 'Orders')).to.deep.equal([mine.toString('hex')]);
    accountId = other;
    expect(await found('queue', 'Orders')).to.deep.equal([]);
  });

  it('stays for what roles are bounded by, whatever the account filters by', async () => {
    for (const name of ['agent_email', 'team_name', 'campaign_id']) {
      await addAttributeFields(pool(), accountId, [name]);
      await removeAttributeField(pool(), accountId, name);
    }
    const kept = (await listAttributeFields(pool(), accountId)).map(({ name }) => name);
    expect(kept).to.have.members(['agent_email', 'team_name', 'campaign_id']);
  });

  it('is removed with its field, which may come back', async () => {
    await addAttributeFields(pool(), accountId, ['queue']);
    const { id } = await seed({ queue: 'Orders' });
    await noted(id);
    await fill();
    await removeAttributeField(pool(), accountId, 'queue');
    await addAttributeFields(pool(), accountId, ['queue']);
    expect(await found('queue', 'Orders')).to.deep.equal([]);
    await fill();
    expect(await found('queue', 'Orders')).to.deep.equal([id.toString('hex')]);
    const [rows] = await pool().query<RowDataPacket[]>(
      'SELECT (SELECT COUNT(*) FROM attribute_field WHERE account_id = ?) AS fields, (SELECT COUNT(*) FROM interaction_attribute WHERE account_id = ?) AS n',
      [accountId, accountId],
    );
    expect(rows[0]).to.include({ fields: 1, n: 1 });
  });

  it('lies under one key for all that any comparison takes for equal', () => {
    const equal = [
      ['12.5', '12.50', '+12.5', ' 12.5 ', 12.5],
      ['Orders', ' orders', 'ＯＲＤＥＲＳ'],
      ['İstanbul', 'istanbul'],
      ['ΟΔΟΣ', 'οδος', 'οδοσ'],
      [true, 'true', 'TRUE'],
      [0, -0, '-0'],
    ];
    for (const [first, ...others] of equal)
      for (const other of others)
        expect(attributeKey(other).toString('hex'), String(other)).to.equal(attributeKey(first ?? '').toString('hex'));
    expect(attributeKeys('1e21').map(String)).to.include(String(attributeKey(1e21)));
    expect(attributeKey('1').equals(attributeKey('2'))).to.equal(false);
    expect(attributeKeys('')).to.have.lengthOf(1);
  });
});
