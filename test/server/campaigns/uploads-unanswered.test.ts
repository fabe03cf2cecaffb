import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { type Database, openDatabase, parseDatabaseUrl } from '../../../db/database.ts';
import { type StoredImportFile, selectFile } from '../../../db/queries/campaign-import-files.ts';
import { parseUuid } from '../../../db/uuid.ts';
import { ImportFileStore } from '../../../server/campaigns/uploads/store.ts';
import { findSession } from '../../../server/security/sessions.ts';
import { readSegments } from '../../../server/storage/segments.ts';
import { type DatabaseProxy, startDatabaseProxy } from '../../harness/database-proxy.ts';
import { type Door, openDoor } from '../web/door.ts';
import { call, type Kit, openKit, type Uploaded } from './kit.ts';

describe('an upload whose part is stored while the database does not answer', () => {
  let door: Door;
  let kit: Kit;
  let proxy: DatabaseProxy;
  let database: Database;
  before(async () => {
    door = await openDoor();
    kit = await openKit(door);
    proxy = await startDatabaseProxy(door.services.database.address);
    database = await openDatabase(parseDatabaseUrl(proxy.url));
  });
  after(async () => {
    await database.close();
    await proxy.close();
    await door.close();
  });

  it('has what the database says that it has, where the commit was made and its answer was lost', async () => {
    const importId = await kit.createImport();
    const file = await kit.start(importId, 'answered.wav', call.length);
    trapCommit('committed', () => proxy.mend());
    expect(await isTaken(file)).to.equal(false);
    const { received, segments, pending, state } = await storedOf(file);
    expect([received, pending, state]).to.deep.equal([call.length, [], 'uploaded']);
    expect(await digestOf(segments)).to.equal(createHash('sha256').update(call).digest('hex'));
    await kit.finish(importId);
    await kit.work();
    expect((await kit.importRow(importId)).files).to.include({ imported: 1, failed: 0 });
  });

  it('removes what lies there of a part that was not committed', async () => {
    const file = await kit.start(await kit.createImport(), 'again.wav', call.length);
    trapCommit('before', () => proxy.mend());
    expect(await isTaken(file)).to.equal(false);
    const { received, segments, pending } = await storedOf(file);
    expect([received, segments, pending]).to.deep.equal([0, [], []]);
    expect((await kit.patch(file, call, 0)).status).to.equal(204);
  });

  it('removes nothing while nobody can say what was committed, and knows where it lies', async () => {
    const file = await kit.start(await kit.createImport(), 'away.wav', call.length);
    trapCommit('before', () => undefined);
    expect(await isTaken(file)).to.equal(false);
    proxy.mend();
    const { received, pending } = await storedOf(file);
    expect([received, pending.length]).to.deep.equal([0, 1]);
    expect(await door.services.storage.size(pending[0] ?? '')).to.equal(call.length);
  });

  /** Cuts all connections at the statement that notes a part, or when its commit is made. */
  function trapCommit(moment: 'before' | 'committed', andThen: () => void): void {
    proxy.set({
      ...{ moment, matches: (sql) => /^UPDATE campaign_import_file SET `received`/.test(sql) },
      spring() {
        proxy.cut();
        andThen();
      },
    });
  }

  async function isTaken({ id }: Uploaded): Promise<boolean> {
    const session = await findSession(door.services, kit.token);
    if (!session) throw new Error('Nobody is signed in.');
    const store = new ImportFileStore({ ...door.services, database }, session);
    const writing = { offset: 0, signal: new AbortController().signal, watch: () => ({ stop: () => undefined }) };
    return store.write(id, Readable.from([call]), writing).then(
      () => true,
      () => false,
    );
  }

  async function storedOf({ id }: Uploaded): Promise<StoredImportFile> {
    const found = await selectFile(door.services.database.pool, kit.account.id, parseUuid(id) ?? Buffer.alloc(0));
    if (!found) throw new Error(`There is no upload ${id}.`);
    return found;
  }

  async function digestOf(segments: StoredImportFile['segments']): Promise<string> {
    const hash = createHash('sha256');
    for await (const piece of readSegments(door.services.storage, segments)) hash.update(piece);
    return hash.digest('hex');
  }
});
