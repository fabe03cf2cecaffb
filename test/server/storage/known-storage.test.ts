import { randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import type { DatabaseAddress } from '../../../db/database.ts';
import { readConfig } from '../../../server/config.ts';
import { open as openProgram } from '../../../server/open.ts';
import type { Services } from '../../../server/services.ts';
import { adoptStorage, requireKnownStorage } from '../../../server/storage/known-storage.ts';
import { openStorage } from '../../../server/storage/open.ts';
import { scratchFolder } from '../../harness/folders.ts';
import { testSecretKey, testServices } from '../../harness/services.ts';
import { fails, inPieces, readAll } from './content.ts';
import { type BucketStore, type Store, setEnvironment, stores } from './stores.ts';

for (const { name, open } of stores)
  describe(`the database and its ${name}`, () => {
    let store: Store;
    let services: Services;
    let said: string[];
    before(async () => {
      store = await open();
    });
    beforeEach(async () => {
      services = await testServices({ storageUrl: store.url });
      said = [];
      for (const key of await store.keys()) await services.storage.remove(key);
    });
    afterEach(() => services.close());
    after(() => store.close());

    const start = (on: Services = services) => requireKnownStorage(on, (line) => said.push(line));
    const elsewhere = (storageUrl: string, key = services.keyring.derive('storage')): Services => ({
      ...services,
      config: { ...services.config, storageUrl },
      storage: openStorage(storageUrl, key, store.scratch),
    });
    const emptyFolder = () => pathToFileURL(scratchFolder('other')).href;
    const known = async () => {
      const [[row]] = await services.database.pool.query<RowDataPacket[]>(
        "SELECT value FROM installation WHERE name = 'storage'",
      );
      return row?.value ? JSON.parse(row.value) : undefined;
    };

    it('know each other from the first start on', async () => {
      await start();
      expect((await readAll(services.storage, 'storage-id')).toString()).to.equal((await known()).id);
      await start();
      expect(said).to.deep.equal([]);
    });

    it('get one id, however many programs start at once', async () => {
      await Promise.all(Array.from({ length: 8 }, () => start(elsewhere(store.url))));
      expect((await readAll(services.storage, 'storage-id')).toString()).to.equal((await known()).id);
    });

    it('of programs that start at once with two storages, those with one of them do not start', async () => {
      const other = elsewhere(emptyFolder());
      const started = await Promise.allSettled([start(), start(other), start(), start(other)]);
      expect(started.map(({ status }) => status).sort()).to.deep.equal([
        ...['fulfilled', 'fulfilled'],
        ...['rejected', 'rejected'],
      ]);
    });

    it('another storage stops the start, in words, and is not touched', async () => {
      await start();
      const other = elsewhere(emptyFolder());
      const { message } = await fails(start(other), 'setting_invalid');
      expect(message).to.contain(`lie in ${store.url}, and ${other.config.storageUrl} has nothing`);
      expect(message).to.contain('cqa storage adopt');
      await fails(other.storage.size('storage-id'), 'not_found');
      expect((await known()).url).to.equal(store.url);
    });

    it('that of another installation stops the start, and whoever adopts it changes nothing in it', async () => {
      await start();
      const other = elsewhere(emptyFolder());
      await other.storage.put('storage-id', inPieces(Buffer.from('theirs'), 10));
      expect((await fails(start(other), 'setting_invalid')).message).to.match(/is another one/);
      expect((await adoptStorage(other))?.url).to.equal(store.url);
      await start(other);
      expect((await readAll(other.storage, 'storage-id')).toString()).to.equal('theirs');
      await fails(start(), 'setting_invalid');
    });

    it('one that another key has sealed stops the start, also the first', async () => {
      const url = emptyFolder();
      await elsewhere(url, randomBytes(32)).storage.put('storage-id', inPieces(Buffer.from('theirs'), 10));
      expect((await fails(start(elsewhere(url)), 'setting_invalid')).message).to.match(/another CQA_SECRET_KEY/);
      expect(await known()).to.equal(undefined);
      await start();
      await fails(start(elsewhere(url)), 'setting_invalid');
    });

    it('an emptied one stops the start until it is adopted', async () => {
      await start();
      await services.storage.remove('storage-id');
      await fails(start(), 'setting_invalid');
      await adoptStorage(services);
      await start();
    });

    it('the program does not start on another one, and its commands do', async function () {
      if ('s3' in store && !(store as BucketStore).s3.checksCredentials) {
        console.log('      not tried: s3rver ends no upload, so the program does not start on it');
        this.skip();
      }
      const config = (storageUrl: string) =>
        readConfig({
          ...{ CQA_DATA_DIR: scratchFolder('start'), CQA_SECRET_KEY: testSecretKey, LOG_LEVEL: 'silent' },
          ...{ DATABASE_URL: urlOf(services.database.address), STORAGE_URL: storageUrl },
        });
      const opened = await openProgram(config(store.url), { say: (line) => said.push(line) });
      await opened.close();
      const other = config(emptyFolder());
      await fails(openProgram(other, { say: (line) => said.push(line) }), 'setting_invalid');
      const command = await openProgram(other, { say: (line) => said.push(line), join: true });
      await command.close();
      expect(said).to.deep.equal([]);
    });

    if (name === 'file storage')
      it('a copy of everything is the same storage, and that is said', async () => {
        await start();
        const copy = elsewhere(emptyFolder());
        cpSync(fileURLToPath(store.url), fileURLToPath(copy.config.storageUrl), { recursive: true });
        await start(copy);
        expect(said).to.have.length(1);
        expect((await known()).url).to.equal(copy.config.storageUrl);
      });
    else
      it('one that is away is made known by no start', async () => {
        const restore = setEnvironment({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' });
        const away = elsewhere(store.url);
        expect((await fails(start(away), 'host_refused')).kind).to.equal('transient');
        restore();
        expect(await known()).to.equal(undefined);
        await start();
      });
  });

function urlOf({ user, password, host = 'localhost', port = 3306, database, socketPath }: DatabaseAddress): string {
  const socket = socketPath ? `?socket=${encodeURIComponent(socketPath)}` : '';
  return `mysql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}${socket}`;
}
