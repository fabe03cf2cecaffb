import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { type Database, openDatabase } from '../../db/database.ts';
import { checksumOf, migrate } from '../../db/migrate.ts';
import { migrations } from '../../db/migrations/index.ts';
import { AppError } from '../../shared/error.ts';
import { freshDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';

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
  '0004_streams': 'aeb1fd98aeed0a824ed8c082650729b60c4680e7ef3dd9abdb27f1894bd916e5',
  '0005_jobs': 'c4a533a96ef048a73267fc737fc7877b7a2341d52877aa7f6b4ab57028a6ca11',
  '0006_reports': '8d06ad20fb7b005f43be3bad51327c6b91d3d8cd48f451876b95c93630697769',
  '0007_analysis_list': 'a4883a884c519aa332aced045df271bf6117f82d1b356dd265b146ea9757837f',
  '0008_users': 'da9a4f431bf6ddf2641918b5293fe35b9d1b76ee10e4514a53393dc803d3c262',
  '0009_own_address': '1a7cdf562e5fb8fd7ca5454f291439e03f5c08b50f7989123238befe8ef36b8b',
  '0010_transcripts_again': 'c05a0d309c8522701803fd537b64eaf2300ea7e000895ddef3244702a84f339d',
  '0011_inbox_quota': '1f5984468e4b486d0cf568e4363895102eda0c84558b5992bfe88d8037716413',
  '0012_data_that_stay_away': '44f84691e8c145dcc1e2f8e0fd305b82a8af1c99450ef9afff1020938deea734',
  '0013_failed_before_scoring': '9f635f3fa8cb2a35db45129135077902ee88aa3b043a3d4298240f0d725cbe00',
};

/** https://dev.mysql.com/doc/refman/9.4/en/keywords.html, without what MariaDB reserves, too. */
const reservedByMySql = [
  ...['CUBE', 'CUME_DIST', 'DENSE_RANK', 'EMPTY', 'FIRST_VALUE', 'FUNCTION', 'GROUPING', 'GROUPS', 'JSON_TABLE', 'LAG'],
  ...['LAST_VALUE', 'LATERAL', 'LEAD', 'LIBRARY', 'MANUAL', 'NTH_VALUE', 'NTILE', 'OF', 'PARALLEL', 'PERCENT_RANK'],
  ...['QUALIFY', 'RANK', 'ROW_NUMBER', 'STORED', 'SYSTEM', 'TABLESAMPLE', 'VIRTUAL'],
];

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

  it('wait for nobody who migrates another database of the same server', async () => {
    const other = await openDatabase(await freshDatabase());
    const { pool } = database;
    const holder = await other.pool.getConnection();
    await holder.query("DO GET_LOCK('held by the test', 0)");
    const long = { id: '0001_long', statements: ["DO GET_LOCK('held by the test', 600)"] };
    const migrating = migrate(other.pool, [long]);
    await eventually('it is under way', async () => {
      const [rows] = await pool.query<RowDataPacket[]>(
        "SELECT 1 FROM information_schema.processlist WHERE info LIKE '%held by the test\\', 600%' AND id <> CONNECTION_ID()",
      );
      return rows.length > 0;
    });
    expect(await migrate(pool, [first])).to.deep.equal(['0001_first']);
    holder.release();
    holder.destroy();
    expect(await migrating).to.deep.equal(['0001_long']);
    await other.pool.query(`DROP DATABASE \`${other.address.database}\``);
    await other.close();
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

  it('pass over a key that is dropped already, where nothing else is to be done', async () => {
    await database.pool.query('CREATE TABLE two (id INT PRIMARY KEY)');
    const drop = (statement: string) => migrate(database.pool, [{ id: '0001_drop', statements: [statement] }]);
    const refusal = await drop('ALTER TABLE two DROP KEY by_a, ADD COLUMN a INT').catch((error) => error);
    expect(refusal).to.be.instanceOf(Error).with.property('errno', 1091);
    expect(await drop('ALTER TABLE two DROP KEY by_a')).to.deep.equal(['0001_drop']);
  });

  it('take one that was applied in other words that made the same', async () => {
    await migrate(database.pool, [first]);
    const reworded = { id: first.id, statements: ['CREATE TABLE `one` (id INT PRIMARY KEY)'] };
    const formerChecksums = [checksumOf(first)];
    expect(await migrate(database.pool, [{ ...reworded, formerChecksums }, second])).to.deep.equal(['0002_second']);
  });

  it('of the product can each be run again, should the program be killed before it is noted', async () => {
    for (const [index, { id }] of migrations.entries()) {
      await migrate(database.pool, migrations.slice(0, index + 1));
      await database.pool.query('DELETE FROM migration WHERE id = ?', [id]);
      expect(await migrate(database.pool, migrations.slice(0, index + 1))).to.deep.equal([id]);
    }
  });

  it('of the product keep the room of an inbox under its new name', async () => {
    const before = migrations.findIndex(({ id }) => id === '0011_inbox_quota');
    await migrate(database.pool, migrations.slice(0, before));
    const config = { quota_gb: 2.5, username: 'acme' };
    await database.pool.query(
      "INSERT INTO connector (account_id, uid, name, direction, type, config, created_by) VALUES (1, RANDOM_BYTES(16), 'a', 'import', 'inbox', ?, 'x')",
      [JSON.stringify(config)],
    );
    await migrate(database.pool);
    const [rows] = await database.pool.query<RowDataPacket[]>('SELECT config FROM connector');
    expect(JSON.parse(rows[0]?.config)).to.deep.equal({ quota: 2.5, username: 'acme' });
  });

  it('of the product tell of data that stay away whoever was told of files that do', async () => {
    const before = migrations.findIndex(({ id }) => id === '0012_data_that_stay_away');
    await migrate(database.pool, migrations.slice(0, before));
    const saved = [
      { kinds: ['run_failed', 'expected_file', 'stream_failed'], emails: ['ada@example.test'] },
      { kinds: ['run_failed'], emails: ['"expected_file"@example.test'] },
      { kinds: ['expected_file', 'expected_data'] },
      'off',
    ];
    for (const alerts of [...saved.map((settings) => JSON.stringify(settings)), null]) {
      await database.pool.query(
        "INSERT INTO account (uid, name, frame_origins, email_domains, alerts) VALUES (RANDOM_BYTES(16), 'a', '', '', ?)",
        [alerts],
      );
      await database.pool.query(
        `INSERT INTO job (account_id, uid, name, type, schedule, created_by, alerts)
           VALUES (1, RANDOM_BYTES(16), UUID(), 'data_import', '{}', 'x', ?)`,
        [alerts],
      );
    }
    await migrate(database.pool);
    for (const table of ['account', 'job']) {
      const [rows] = await database.pool.query<RowDataPacket[]>(`SELECT alerts FROM ${table} ORDER BY id`);
      expect(rows.map(({ alerts }) => JSON.parse(alerts))).to.deep.equal([
        { ...(saved[0] as object), kinds: ['run_failed', 'expected_file', 'expected_data', 'stream_failed'] },
        ...saved.slice(1),
        null,
      ]);
    }
  });

  it('name no column by a word that MySQL reserves and MariaDB does not', () => {
    const statements = migrations.flatMap((migration) => migration.statements).join('\n');
    const columns = [...statements.matchAll(/^\s*(?:ADD COLUMN )?(\w+) [A-Z]/gm)].map(([, name = '']) => name);
    expect(columns).to.include('external_id');
    expect(columns.filter((name) => reservedByMySql.includes(name.toUpperCase()))).to.deep.equal([]);
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
