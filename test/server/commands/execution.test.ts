import { expect } from 'chai';
import { uuidText } from '../../../db/uuid.ts';
import { cancelExecution } from '../../../server/jobs/cancel.ts';
import type { ExecutionPage } from '../../../server/jobs/list.ts';
import { triggerJob } from '../../../server/jobs/trigger.ts';
import type { Services } from '../../../server/services.ts';
import { cqa } from '../../harness/cqa.ts';
import { databaseUrlOf } from '../../harness/database.ts';
import { testAccount, testSecretKey, testServices } from '../../harness/services.ts';
import { addConnector, addJob } from '../jobs/jobs.ts';

describe('cqa execution', () => {
  let services: Services;
  let account: { id: number; uid: string };
  let environment: NodeJS.ProcessEnv;
  const ids: string[] = [];

  before(async () => {
    services = await testServices();
    account = await testAccount(services);
    environment = {
      ...process.env,
      DATABASE_URL: databaseUrlOf(services.database.address),
      CQA_DATA_DIR: services.config.dataDir,
      CQA_SECRET_KEY: testSecretKey,
    };
    await makeExecutions();
  });
  after(() => services.close());

  /** Three runs of the same job, the oldest cancelled. */
  async function makeExecutions() {
    const connector = await addConnector(services, account.id, 'nightly calls');
    const job = await addJob(services, { accountId: account.id, name: 'nightly', connectors: [connector] });
    for (let count = 0; count < 3; count++) {
      const id = await triggerJob(services, account.id, job, { by: 'test' });
      ids.unshift(uuidText(id));
      if (count === 0) await cancelExecution(services, account.id, id);
    }
  }

  const list = (...words: string[]) =>
    cqa<ExecutionPage>(environment, 'execution', 'list', '--account', account.uid, '--job', 'nightly', ...words);
  const idsOf = ({ rows }: ExecutionPage) => rows.map(({ execution_id }) => execution_id);

  it('list gives the history by the names that people know, page by page', async () => {
    const first = await list('--connector', 'nightly calls', '--limit', '2');
    expect(idsOf(first)).to.deep.equal(ids.slice(0, 2));
    const second = await list('--limit', '2', '--cursor', first.next_cursor ?? '');
    expect(idsOf(second)).to.deep.equal(ids.slice(2));
    expect(second.next_cursor).to.equal(null);
  });

  it('list takes several statuses, the type and days', async () => {
    const filters = ['--type', 'data_import', '--from', dayAfter(-1), '--to', dayAfter(1)];
    expect(idsOf(await list('--status', 'cancelled', '--status', 'success', ...filters))).to.deep.equal(ids.slice(2));
    expect(idsOf(await list('--to', '2020-01-01'))).to.deep.equal([]);
    expect(idsOf(await list('--type', 'data_export'))).to.deep.equal([]);
  });

  it('list refuses what is no filter, and names that are none', async () => {
    for (const [words, reason] of [
      [['--status', 'done'], /It is one of pending/],
      [['--limit', '0'], /from 1 to 1000/],
      [['--from', '2026-13-01'], /a date as YYYY-MM-DD/],
      [['--connector', 'other'], /There is no connector "other". There are: nightly calls/],
    ] as const)
      expect(String(await list(...words).catch((error) => error)), words.join(' ')).to.match(reason);
  });

  it('show gives everything of one, with its log', async () => {
    const [id = ''] = ids;
    const shown = await cqa<Record<string, unknown>>(
      ...([environment, 'execution', 'show', '--account', account.uid, '--id', id] as const),
    );
    expect(shown).to.deep.include({ execution_id: id, job: 'nightly', status: 'pending', log: [] });
  });

  /** So many days from today, near enough: the test may run at midnight. */
  function dayAfter(days: number): string {
    return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  }
});
