import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../../db/database.ts';
import { addLogLines } from '../../../../db/queries/execution-log.ts';
import { claimWork, type Work } from '../../../../db/queries/work.ts';
import { sayFailed } from '../../../../server/pipeline/record/say-failed.ts';
import { recordHandler } from '../../../../server/pipeline/record.ts';
import { logLinesMost } from '../../../../server/pipeline/run-log.ts';
import type { Services } from '../../../../server/services.ts';
import { addConnector } from '../../../harness/connectors.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { addWaitingRecordings } from '../../../harness/waiting-recordings.ts';
import { startExotel } from '../../connectors/exolite/fixture.ts';

describe('what the log of an import says of recordings', () => {
  let services: Services;
  let system: Awaited<ReturnType<typeof startExotel>>;
  let place: { accountId: number; connectorId: number };

  before(async () => {
    services = await testServices();
    system = await startExotel();
    const { id: accountId } = await testAccount(services);
    place = {
      accountId,
      connectorId: await addConnector(services, accountId, { type: 'exolite', config: system.config() }),
    };
  });
  after(async () => {
    await system.stop();
    await services.close();
  });

  const linesOf = async (executionId: Buffer) => {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      'SELECT level, message FROM execution_log WHERE execution_id = ? ORDER BY id',
      [executionId],
    );
    return rows.map(({ level, message }) => ({ level, message }));
  };

  const failure = { code: 'path_missing', message: 'It is not there.' } as const;
  const failedOf = (ids: Buffer[]) =>
    ids.map((subject) => ({
      work: { accountId: place.accountId, subject },
      end: { failure, externalId: subject.toString('hex'), callbackUrl: null, connectorId: place.connectorId },
    }));
  const say = (ids: Buffer[]) =>
    transaction(services.database.pool, (connection) => sayFailed(connection, failedOf(ids)));

  it('is which could not be had and why, in the log of the run that brought each', async () => {
    await using handler = recordHandler(services);
    const runs = [
      await addWaitingRecordings(services, place, [
        { audio: 'http://10.0.0.1/1.wav' },
        { audio: 'http://10.0.0.1/2.wav' },
      ]),
      await addWaitingRecordings(services, place, [{ audio: 'http://10.0.0.1/3.wav' }]),
    ];
    const work: Work[] = await claimWork(services.database.pool, 'record', { limit: 10, leaseSeconds: 30 });
    await Promise.all(work.map((piece) => handler.run(piece, new AbortController().signal)));
    for (const { ids, executionId } of runs) {
      const lines = await linesOf(executionId);
      expect(lines.map(({ level }) => level)).to.deep.equal(ids.map(() => 'warn'));
      for (const id of ids)
        expect(
          lines.filter(({ message }) =>
            message.startsWith(`The recording of ${id.toString('hex')} could not be had: `),
          ),
        ).to.have.length(1);
      expect(lines[0]?.message).to.contain('not a public address');
    }
  });

  it('ends where the log is full, and says so', async () => {
    const { ids, executionId } = await addWaitingRecordings(
      services,
      { ...place, hasWork: false },
      Array.from({ length: 5 }, (_, n) => ({ audio: `${n}.wav` })),
    );
    const before = Array.from({ length: logLinesMost - 3 }, () => ({ level: 'info', message: 'x', ageMs: 0 }) as const);
    await addLogLines(services.database.pool, executionId, before);
    await say(ids);
    const lines = (await linesOf(executionId)).slice(before.length);
    expect(lines).to.have.length(3);
    expect(lines.at(-1)?.message).to.contain('further lines are left out');
    await say(ids);
    expect(await linesOf(executionId)).to.have.length(logLinesMost);
  });

  it('is nothing of what no import brought', async () => {
    await say([Buffer.alloc(16, 7)]);
    await say([]);
  });
});
