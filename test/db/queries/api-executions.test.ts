import { expect } from 'chai';
import { searchExecutions } from '../../../db/queries/api-executions.ts';
import { newId, smallestIdAt, uuidText } from '../../../db/uuid.ts';
import type { Services } from '../../../server/services.ts';
import { type ExecutionStatus, executionStatuses, hasEnded } from '../../../shared/execution.ts';
import { type JobType, jobTypes } from '../../../shared/job.ts';
import { testAccount, testServices } from '../../harness/services.ts';

const dayMs = 86_400_000;

interface Made {
  id: string;
  type: JobType;
  status: ExecutionStatus;
}

describe('the executions by page number', () => {
  let services: Services;
  let accountId: number;
  let made: Made[];
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    accountId = (await testAccount(services)).id;
    made = [];
  });

  let number = 0;
  const add = async (daysAgo: number, status: ExecutionStatus) => {
    const id = smallestIdAt(Date.now() - daysAgo * dayMs + number);
    newId().copy(id, 8, 8);
    const type = jobTypes[number++ % 2] ?? 'data_import';
    await services.database.pool.query('INSERT INTO execution SET ?', [
      {
        id,
        account_id: accountId,
        job_id: 1,
        job_name: 'job',
        type,
        connector_names: '[]',
        trigger_kind: 'manual',
        status,
      },
    ]);
    made.push({ id: uuidText(id), type, status });
    made.sort((one, other) => (one.id < other.id ? 1 : -1));
  };

  /** All pages of three, for every type and status, compared with what was made. */
  const check = async () => {
    for (const type of [undefined, ...jobTypes])
      for (const status of [undefined, ...executionStatuses]) {
        const wanted = made
          .filter((one) => (!type || one.type === type) && (!status || one.status === status))
          .map(({ id }) => id);
        const found: string[] = [];
        for (let offset = 0; offset <= wanted.length; offset += 3) {
          const { rows, total } = await searchExecutions(
            services.database.pool,
            accountId,
            { type, status },
            { offset, limit: 3 },
          );
          expect(total, `${type} ${status}`).to.equal(wanted.length);
          found.push(...rows.map(({ id }) => uuidText(id)));
        }
        expect(found, `${type} ${status}`).to.deep.equal(wanted);
      }
  };

  const countedDays = async () => {
    const [rows] = await services.database.pool.query(
      'SELECT COUNT(DISTINCT day) AS n FROM execution_day WHERE account_id = ?',
      [accountId],
    );
    return (rows as { n: number }[])[0]?.n;
  };

  it('are all there, of old days and young ones', async () => {
    const ended = executionStatuses.filter(hasEnded);
    for (const daysAgo of [40, 39, 12, 5, 4, 3, 2, 1, 0])
      for (let count = 0; count < 4; count++) await add(daysAgo, ended[(number >> 1) % ended.length] ?? 'success');
    for (const status of executionStatuses) await add(0, status);
    await check();
    expect(await countedDays()).to.equal(5);
    await check();
  });

  it('are counted one by one from the oldest on that has not ended, and by days when it has', async () => {
    for (const daysAgo of [30, 29, 28, 27]) await add(daysAgo, 'success');
    await add(28, 'processing');
    await add(20, 'handler_failed');
    await check();
    expect(await countedDays()).to.equal(2);
    await services.database.pool.query(
      "UPDATE execution SET status = 'success' WHERE account_id = ? AND status = 'processing'",
      [accountId],
    );
    for (const one of made) if (one.status === 'processing') one.status = 'success';
    await check();
    expect(await countedDays()).to.equal(5);
  });
});
