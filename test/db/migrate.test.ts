import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { type Database, openDatabase } from '../../db/database.ts';
import { checksumOf, migrate } from '../../db/migrate.ts';
import { migrations } from '../../db/migrations/index.ts';
import { AppError } from '../../shared/error.ts';
import { freshDatabase } from '../harness/database.ts';

const first = { id: '0001_first', statements: ['CREATE TABLE one (id INT PRIMARY KEY)'] };
const second = {
  id: '0002_second',
  statements: ['CREATE TABLE two (id INT PRIMARY KEY)', 'CREATE TABLE three (id INT PRIMARY KEY)'],
};

/** What was released, for ever: an applied migration never changes. A new one adds a line here. */
const released: Record<string, string> = {
  '0001_the_main_line': '153e9c686a532e833da62ae78c68debd030e76f954c02ddf00d9cfb2cfb40ec5',
  '0002_the_standard_api': '49bd9628f63fe5bbcbad7980940dbbb3e6a1b1ed2ee3bed82029374cb756a8b5',
  '0003_import_from_everywhere': 'd4a29f954ee8386d17a2ca6b58eaeedaed9988590cf0a67df46ae63d8b681fb9',
  '0004_streams': '7b9f0d950d19f2096218f3544a0e2fb4139a19d314fb365e210c7eae5d630187',
};

describe('migrations', () => {
  let database: Database;
  beforeEach(async () => {
    database = await openDatabase(await freshDatabase());
  });
  afterEach(async () => {
    await database.pool.query(`DROP DATABASE \`${database.address.database}\``);
    await database.close();
  });

  it('apply what is missing, once', async () => {
    expect(await migrate(database.pool, [first])).to.deep.equal(['0001_first']);
    expect(await migrate(database.pool, [first, second])).to.deep.equal(['0002_second']);
    expect(await migrate(database.pool, [first, second])).to.deep.equal([]);
  });

  it('refuse to go on when an applied one was changed', async () => {
    await migrate(database.pool, [first]);
    const changed = { ...first, statements: ['CREATE TABLE one (id BIGINT PRIMARY KEY)'] };
    const refusal = await migrate(database.pool, [changed]).catch((error) => error);
    expect(refusal).to.be.instanceOf(AppError).with.property('code', 'migration_changed');
  });

  it('run once when several programs start together', async () => {
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(database.pool, [first, second])));
    expect(applied.flat()).to.have.members(['0001_first', '0002_second']);
  });

  it('finish what a killed program had begun', async () => {
    const third = {
      id: '0003_third',
      statements: ['ALTER TABLE two ADD COLUMN a INT', 'ALTER TABLE two ADD KEY by_a (a)'],
    };
    await database.pool.query('CREATE TABLE two (id INT PRIMARY KEY, a INT)');
    expect(await migrate(database.pool, [first, second, third])).to.deep.equal([
      '0001_first',
      '0002_second',
      '0003_third',
    ]);
  });

  it('make every table that the product has', async () => {
    await migrate(database.pool);
    const [rows] = await database.pool.query<RowDataPacket[]>(
      'SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = DATABASE()',
    );
    const created = migrations
      .flatMap(({ statements }) => statements)
      .filter((statement) => statement.startsWith('CREATE TABLE'));
    expect(rows[0]?.n).to.equal(created.length + 1);
  });

  it('are those that were released', () => {
    for (const [id, checksum] of Object.entries(released))
      expect(migrations.map((migration) => [migration.id, checksumOf(migration)])).to.deep.include([id, checksum]);
  });
});
