import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { type EmbeddedDatabase, startEmbedded } from '../../../db/embedded/embedded.ts';
import { connectTo, databaseProgram, isRunning, serverPid, smallServer, temporaryFolder } from './server.ts';

describe('an embedded database', () => {
  const folder = temporaryFolder();
  let database: EmbeddedDatabase;

  before(async () => {
    database = await startEmbedded({ dataDir: folder.path, serverProgram: databaseProgram(), ...smallServer });
  });

  after(async () => {
    await database.stop();
    folder.remove();
  });

  it('answers SQL in utf8mb4 and UTC', async () => {
    const client = await connectTo(database);
    await client.query('CREATE TABLE words (word VARCHAR(20))');
    await client.query('INSERT INTO words VALUES (?)', ['नमस्ते 🙂']);
    const [rows] = await client.query<RowDataPacket[]>('SELECT word, @@time_zone AS zone FROM words');
    await client.end();
    expect(rows).to.deep.equal([{ word: 'नमस्ते 🙂', zone: '+00:00' }]);
  });

  it('lets nobody in without the password, whatever the user', async () => {
    for (const user of ['cqa', 'root', '']) {
      const refused = await createConnection({ socketPath: database.socketPath, user, password: '' }).then(
        () => 'let in',
        (error: Error) => error.message,
      );
      expect(refused).to.match(/access denied/i);
    }
  });

  it('listens on no network port', async () => {
    const client = await connectTo(database);
    const [rows] = await client.query<RowDataPacket[]>('SELECT @@skip_networking AS off, @@port AS port');
    await client.end();
    expect(rows[0]).to.include({ off: 1 });
  });

  it('keeps its folder and its password from other users', () => {
    expect(statSync(join(folder.path, 'database')).mode & 0o777).to.equal(0o700);
    expect(statSync(join(folder.path, 'database/password')).mode & 0o777).to.equal(0o600);
    expect(statSync(join(folder.path, 'database/accounts.sql')).mode & 0o777).to.equal(0o600);
  });

  it('takes LOAD DATA LOCAL and survives a lost machine after each commit', async () => {
    const client = await connectTo(database);
    const [rows] = await client.query<RowDataPacket[]>(
      "SELECT @@local_infile AS local, @@innodb_flush_log_at_trx_commit AS flush, @@innodb_doublewrite <> 'OFF' AS doublewrite",
    );
    await client.end();
    expect(rows[0]).to.include({ local: 1, flush: 1, doublewrite: 1 });
  });
});

describe('stopping an embedded database', () => {
  it('leaves no process, and the data is there at the next start', async () => {
    const folder = temporaryFolder();
    const options = { dataDir: folder.path, serverProgram: databaseProgram(), ...smallServer };
    const first = await startEmbedded(options);
    const pid = serverPid(folder.path);
    const writer = await connectTo(first);
    await writer.query('CREATE TABLE kept (n INT)');
    await writer.query('INSERT INTO kept VALUES (1)');
    await writer.end();
    await Promise.all([first.stop(), first.stop()]);
    expect(isRunning(pid)).to.equal(false);

    const second = await startEmbedded(options);
    const reader = await connectTo(second);
    const [rows] = await reader.query<RowDataPacket[]>('SELECT n FROM kept');
    await reader.end();
    await second.stop();
    folder.remove();
    expect(rows).to.deep.equal([{ n: 1 }]);
  });

  it('works in a folder whose path is too long for a socket', async () => {
    const folder = temporaryFolder();
    const deep = join(folder.path, ...Array.from({ length: 12 }, (_, n) => `a-rather-long-folder-${n}`));
    const database = await startEmbedded({ dataDir: deep, serverProgram: databaseProgram(), ...smallServer });
    const client = await connectTo(database);
    await client.query('SELECT 1');
    await client.end();
    await database.stop();
    folder.remove();
    expect(Buffer.byteLength(database.socketPath)).to.be.at.most(103);
    expect(existsSync(dirname(database.socketPath))).to.equal(false);
  });
});
