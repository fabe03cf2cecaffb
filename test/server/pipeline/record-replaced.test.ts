import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import { requeueInteractions } from '../../../db/queries/interactions.ts';
import { addRecordings, forgetRecordings } from '../../../db/queries/new-recordings.ts';
import { addWork, claimWork, type Work } from '../../../db/queries/work.ts';
import { removeLeftovers } from '../../../server/pipeline/record/leftovers.ts';
import { recordingKey } from '../../../server/pipeline/record/storage-key.ts';
import { recordHandler } from '../../../server/pipeline/record.ts';
import type { Services } from '../../../server/services.ts';
import type { WorkHandler } from '../../../server/worker/handler.ts';
import { eventually } from '../../harness/eventually.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addWaitingRecordings } from '../../harness/waiting-recordings.ts';

const wav = () => Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt '), randomBytes(20_000)]);
const never = new AbortController().signal;

describe('a recording that is fetched while its row names another one', () => {
  let services: Services;
  let web: Server;
  let link: string;
  let slow: WorkHandler;
  let handler: WorkHandler;
  let accountId: number;
  let waiting: ServerResponse | undefined;
  const [audioA, audioB] = [wav(), wav()];

  before(async () => {
    services = await testServices();
    web = createServer((request, response) => {
      if (request.url === '/b.wav') return void response.end(audioB);
      response.write(audioA.subarray(0, 10_000));
      waiting = response;
    });
    await once(web.listen(0, '127.0.0.1'), 'listening');
    link = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  });
  beforeEach(async () => {
    await services.database.pool.query('DELETE FROM work');
    waiting = undefined;
    slow = recordHandler(services);
    handler = recordHandler(services);
    accountId = (await testAccount(services)).id;
  });
  afterEach(async () => {
    await slow[Symbol.asyncDispose]();
    await handler[Symbol.asyncDispose]();
  });
  after(async () => {
    web.closeAllConnections();
    web.close();
    await services.close();
  });

  const select = async (sql: string, values: unknown[]) =>
    (await services.database.pool.query<RowDataPacket[]>(sql, values))[0];
  const recording = async (id: Buffer) =>
    (await select('SELECT * FROM recording WHERE interaction_id = ?', [id]))[0] ?? ({} as RowDataPacket);
  async function claimed(): Promise<Work> {
    const [work] = await claimWork(services.database.pool, 'record', { limit: 1, leaseSeconds: 30 });
    if (!work) throw new Error('there is no work');
    return work;
  }
  async function add(audio: string): Promise<Buffer> {
    const { ids } = await addWaitingRecordings(services, { accountId, connectorId: 1 }, [{ audio }]);
    return ids[0] ?? Buffer.alloc(0);
  }
  /** As an import does when the row names another recording. */
  const replace = (id: Buffer, reference: string) =>
    transaction(services.database.pool, async (connection) => {
      await requeueInteractions(connection, accountId, [id]);
      await forgetRecordings(connection, accountId, [id]);
      const origin = { accountId, connectorId: 1, sourceItemId: 0 };
      await addRecordings(connection, origin, Buffer.alloc(16), [{ interactionId: id, position: 0, reference }]);
      await addWork(connection, [{ kind: 'record', accountId, subject: id }]);
    });
  async function stored(key: string): Promise<Buffer | undefined> {
    const parts: Uint8Array[] = [];
    try {
      for await (const bytes of await services.storage.read(key)) parts.push(bytes);
    } catch {
      return undefined;
    }
    return Buffer.concat(parts);
  }
  const tomorrow = () => removeLeftovers(services, new Date(Date.now() + 24 * 3_600_000));

  it('never takes its place, however late it comes, and does not stay', async () => {
    const id = await add(`${link}/a.wav`);
    const first = await claimed();
    const late = slow.run(first, never).then(
      () => undefined,
      (error) => error,
    );
    const response = await eventually('the slow download', () => waiting);
    await replace(id, `${link}/b.wav`);
    await handler.run(await claimed(), never);
    response.end(audioA.subarray(10_000));
    expect(await late).to.have.property('code', 'lease_lost');
    const { storage_key: key, byte_size: size } = await recording(id);
    expect(size).to.equal(audioB.length);
    expect((await stored(key))?.equals(audioB)).to.equal(true);
    const lateKey = recordingKey(accountId, id, 0, first);
    expect((await stored(lateKey))?.equals(audioA)).to.equal(true);
    await tomorrow();
    expect(await stored(lateKey)).to.equal(undefined);
    expect((await stored(key))?.equals(audioB)).to.equal(true);
  });

  it('is removed from storage once its row has named another one for a while', async () => {
    const id = await add(`${link}/b.wav`);
    await handler.run(await claimed(), never);
    const { storage_key: replaced } = await recording(id);
    await replace(id, `${link}/b.wav?again`);
    await removeLeftovers(services);
    expect((await stored(replaced))?.equals(audioB)).to.equal(true);
    await tomorrow();
    expect(await stored(replaced)).to.equal(undefined);
    expect(await select('SELECT 1 FROM storage_leftover WHERE account_id = ?', [accountId])).to.deep.equal([]);
  });

  it('stays where another row of the interaction has its place in storage again', async () => {
    const id = await add(`${link}/b.wav`);
    await handler.run(await claimed(), never);
    const { storage_key: key } = await recording(id);
    await replace(id, `${link}/b.wav`);
    await services.database.pool.query(
      "UPDATE recording SET state = 'here', storage_key = ? WHERE interaction_id = ?",
      [key, id],
    );
    await tomorrow();
    expect((await stored(key))?.equals(audioB)).to.equal(true);
  });

  for (const [what, attempts] of [
    ['was killed after it had stored', 1],
    ['is not counted, because the database was away when it had stored', 0],
  ] as const)
    it(`leaves nothing behind of an attempt that ${what}`, async () => {
      const id = await add(`${link}/b.wav`);
      const ended = await claimed();
      const left = recordingKey(accountId, id, 0, ended);
      await services.storage.put(left, Readable.from([audioA]));
      await services.database.pool.query('UPDATE work SET run_after = NOW(3), attempts = ?', [attempts]);
      await handler.run(await claimed(), never);
      expect((await stored((await recording(id)).storage_key))?.equals(audioB)).to.equal(true);
      expect(await stored(left)).to.equal(undefined);
    });
});
