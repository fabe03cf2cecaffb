import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../../db/database.ts';
import { beginInteractions } from '../../../../db/queries/analysis-subjects.ts';
import { analyseHandler } from '../../../../server/pipeline/analyse/analyse.ts';
import type { Services } from '../../../../server/services.ts';
import type { WorkHandler } from '../../../../server/worker/handler.ts';
import { AppError } from '../../../../shared/error.ts';
import { type InteractionStatus, interactionStatuses } from '../../../../shared/interaction.ts';
import { eventually } from '../../../harness/eventually.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { claimed, seedInteraction, seedRecording } from '../../reports/seed.ts';

const never = new AbortController().signal;

describe('an interaction whose analysis begins', () => {
  let services: Services;
  let accountId: number;
  before(async () => {
    services = await testServices();
    accountId = (await testAccount(services)).id;
  });
  after(() => services.close());

  async function withRecording(): Promise<Buffer> {
    const { id } = await seedInteraction(services, accountId);
    await seedRecording(services, accountId, id, 'clean.wav');
    return id;
  }

  async function statusOf(id: Buffer): Promise<InteractionStatus | undefined> {
    const [rows] = await services.database.pool.query<RowDataPacket[]>('SELECT status FROM interaction WHERE id = ?', [
      id,
    ]);
    return interactionStatuses[rows[0]?.status];
  }

  /** Whether the statement has not come to its end. InnoDB's own list of who waits is as old as whoever asks for it often. */
  async function isWaiting(): Promise<boolean> {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'UPDATE work w%'",
    );
    return rows.length > 0;
  }

  /** As if its worker had been frozen for longer than its lease. */
  const loseLease = (id: Buffer) =>
    services.database.pool.query('UPDATE work SET run_after = NOW(3) WHERE subject = ?', [id]);

  /** Does not get past the beginning. */
  function stopping(): WorkHandler {
    const read = () => Promise.reject(new AppError('storage_failed', 'The storage is away.'));
    return analyseHandler({ ...services, storage: { ...services.storage, read } }, {});
  }

  it('is processing from then on, each of those that begin together', async () => {
    const ids = [await withRecording(), await withRecording(), await withRecording()];
    const works = [];
    for (const id of ids) works.push(await claimed(services, 'analyse', accountId, id));
    const handler = stopping();
    await Promise.allSettled(works.map((work) => handler.run(work, never)));
    expect(await Promise.all(ids.map(statusOf))).to.deep.equal(['processing', 'processing', 'processing']);
  });

  it('stays as another worker ended it, beside one that is still held', async () => {
    const [ended, held] = [await withRecording(), await withRecording()];
    const lost = await claimed(services, 'analyse', accountId, ended);
    await loseLease(ended);
    const handler = analyseHandler(services, {});
    await handler.run(await claimed(services, 'analyse', accountId, ended), never);
    const work = await claimed(services, 'analyse', accountId, held);
    const late = stopping();
    await Promise.allSettled([lost, work].map((one) => late.run(one, never)));
    expect([await statusOf(ended), await statusOf(held)]).to.deep.equal(['completed', 'processing']);
  });

  it('stays as it was while another worker has it', async () => {
    const id = await withRecording();
    const lost = await claimed(services, 'analyse', accountId, id);
    await loseLease(id);
    await claimed(services, 'analyse', accountId, id);
    await Promise.allSettled([stopping().run(lost, never)]);
    expect(await statusOf(id)).to.equal('queued');
  });

  it('stays as another worker is ending it at this very moment', async () => {
    const id = await withRecording();
    const work = await claimed(services, 'analyse', accountId, id);
    const { pool } = services.database;
    let late: Promise<void> | undefined;
    await transaction(pool, async (connection) => {
      await connection.query('DELETE FROM work WHERE id = ?', [work.id]);
      await connection.query('UPDATE interaction SET status = 2 WHERE id = ?', [id]);
      late = beginInteractions(pool, [work]);
      await eventually('the late one waits', isWaiting);
    });
    await late;
    expect(await statusOf(id)).to.equal('completed');
  });
});
