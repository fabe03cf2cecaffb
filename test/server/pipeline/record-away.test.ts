import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { claimWork } from '../../../db/queries/work.ts';
import { recordHandler } from '../../../server/pipeline/record.ts';
import type { Services } from '../../../server/services.ts';
import { perform } from '../../../server/worker/attempt.ts';
import type { WorkHandler } from '../../../server/worker/handler.ts';
import { AppError, type ErrorCode } from '../../../shared/error.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addWaitingRecordings, type WaitingRow } from '../../harness/waiting-recordings.ts';

const audio = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt '), randomBytes(5000)]);

describe('a recording whose host or storage is away', () => {
  let services: Services;
  let web: Server;
  let link: string;
  let status: number;
  let handler: WorkHandler;
  let place: { accountId: number; connectorId: number };
  before(async () => {
    services = await testServices();
    web = createServer((_, response) => {
      if (status === 200) response.end(audio);
      else response.writeHead(status).end();
    });
    await once(web.listen(0, '127.0.0.1'), 'listening');
    link = `http://127.0.0.1:${(web.address() as AddressInfo).port}/1.wav`;
  });
  beforeEach(async () => {
    await services.database.pool.query('DELETE FROM work');
    status = 503;
    handler = recordHandler(services);
    const { id: accountId } = await testAccount(services);
    // Links are fetched without it.
    place = { accountId, connectorId: 1 };
  });
  afterEach(() => handler[Symbol.asyncDispose]());
  after(async () => {
    web.closeAllConnections();
    web.close();
    await services.close();
  });

  async function select(sql: string, ...values: unknown[]): Promise<RowDataPacket | undefined> {
    return (await services.database.pool.query<RowDataPacket[]>(sql, values))[0][0];
  }
  const waiting = () =>
    select('SELECT attempts, TIMESTAMPDIFF(SECOND, NOW(3), run_after) AS seconds FROM work WHERE kind = "record"');
  const recording = () => select('SELECT state, failure FROM recording WHERE account_id = ?', place.accountId);
  const interaction = () =>
    select('SELECT transcript_text, transcript_failure FROM interaction WHERE account_id = ?', place.accountId);

  /** Makes the work due and does it as a worker does. */
  async function attempts(count: number, on = handler): Promise<void> {
    const { pool } = services.database;
    for (let done = 0; done < count; done++) {
      await pool.query('UPDATE work SET run_after = NOW(3)');
      const [work] = await claimWork(pool, 'record', { limit: 1, leaseSeconds: 30 });
      if (!work) return;
      const held = { work, signal: new AbortController().signal, lastFailure: undefined };
      await perform(on, held, { pool, log: services.log });
    }
  }
  const add = (row: WaitingRow) => addWaitingRecordings(services, place, [row]);

  it('is asked for again within seconds, then after minutes and hours, and taken when the host is back', async () => {
    await add({ audio: link });
    await attempts(2);
    expect((await waiting())?.seconds).to.be.below(5);
    await attempts(1);
    expect((await waiting())?.seconds).to.be.within(50, 61);
    await attempts(20);
    expect((await waiting())?.attempts).to.equal(2);
    await services.database.pool.query('UPDATE recording SET late_since = NOW(3) - INTERVAL 3 HOUR');
    await attempts(1);
    expect((await waiting())?.seconds).to.be.within(3500, 3601);
    status = 200;
    await attempts(1);
    expect((await recording())?.state).to.equal('here');
  });

  it('survives workers that die with it', async () => {
    await add({ audio: link });
    await attempts(5);
    for (let died = 0; died < 2; died++) {
      await services.database.pool.query('UPDATE work SET run_after = NOW(3)');
      await claimWork(services.database.pool, 'record', { limit: 1, leaseSeconds: 30 });
    }
    status = 200;
    await attempts(1);
    expect((await recording())?.state).to.equal('here');
  });

  it('is given up after a day, with the reason', async () => {
    await add({ audio: link });
    await attempts(3);
    await services.database.pool.query('UPDATE recording SET late_since = NOW(3) - INTERVAL 25 HOUR');
    await attempts(5);
    const row = await recording();
    expect(row?.state).to.equal('failed');
    expect(JSON.parse(row?.failure).code).to.equal('http_unavailable');
  });

  it('is waited for, however the storage fails', async () => {
    status = 200;
    await add({ audio: link });
    for (const code of ['storage_full', 'storage_failed', 'host_refused', 'http_unavailable'] as const) {
      const failing = recordHandler({ ...services, storage: { ...services.storage, put: failingPut(code) } });
      await attempts(4, failing);
      await failing[Symbol.asyncDispose]();
      expect((await recording())?.state, code).to.equal('waiting');
    }
    await attempts(1);
    expect((await recording())?.state).to.equal('here');
  });

  it('a transcript is waited for in the same way', async () => {
    await add({ transcriptUrl: link });
    await attempts(10);
    expect((await waiting())?.seconds).to.be.within(50, 61);
    expect((await interaction())?.transcript_failure).to.equal(null);
  });
});

function failingPut(code: ErrorCode): Services['storage']['put'] {
  return () => Promise.reject(new AppError(code, 'The storage is away.'));
}
