import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { createPool } from 'mysql2/promise';
import { databaseError } from '../../db/failure.ts';
import { testDatabase } from '../harness/database.ts';

const thrownBy = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

describe('what a database’s error means', () => {
  it('is storage_full where its disk or a table is full', () => {
    for (const errno of [1021, 1114])
      expect(databaseError(Object.assign(new Error('full'), { errno }))).to.include({ code: 'storage_full' });
  });

  it('is database_unavailable where it was stopped, closed the connection, or closed the pool', async () => {
    const database = await testDatabase();
    const { pool } = database;
    const connection = await pool.getConnection();
    const kill = pool.query('KILL ?', [connection.threadId]);
    const lost = await thrownBy(Promise.all([connection.query('SELECT SLEEP(5)'), kill]));
    expect(databaseError(lost)).to.include({ code: 'database_unavailable' });
    expect(databaseError(await thrownBy(connection.query('SELECT 1')))).to.include({ code: 'database_unavailable' });
    connection.destroy();
    await database.close();
    expect(databaseError(await thrownBy(pool.query('SELECT 1')))).to.include({ code: 'database_unavailable' });
  });

  it('is database_unavailable where nobody listens any more', async () => {
    const server = createServer((socket) => socket.destroy());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const pool = createPool({ host: '127.0.0.1', port });
    expect(databaseError(await thrownBy(pool.query('SELECT 1')))).to.include({ code: 'database_unavailable' });
    await new Promise((resolve) => server.close(resolve));
    expect(databaseError(await thrownBy(pool.query('SELECT 1')))).to.include({ code: 'database_unavailable' });
    await pool.end();
  });

  it('is nothing of its own for a wrong statement, and for what is no error of the database', async () => {
    const database = await testDatabase();
    expect(databaseError(await thrownBy(database.pool.query('SELECT nonsense')))).to.equal(undefined);
    await database.close();
    for (const other of [
      new TypeError('x is not a function'),
      Object.assign(new Error('no'), { code: 'ENOENT' }),
      null,
    ])
      expect(databaseError(other)).to.equal(undefined);
  });
});
