import { expect } from 'chai';
import { listLogLines } from '../../../db/queries/execution-log.ts';
import type { Work } from '../../../db/queries/work.ts';
import { beginRun } from '../../../server/jobs/run.ts';
import { logLinesMost } from '../../../server/pipeline/run-log.ts';
import type { Services } from '../../../server/services.ts';
import { eventually } from '../../harness/eventually.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { claimed, seedExecution } from '../reports/seed.ts';

describe('the log of a run', () => {
  let services: Services;
  let accountId: number;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    accountId = (await testAccount(services)).id;
  });

  const inputOf = (work: Work) => ({
    ...{ work, signal: new AbortController().signal, pause: () => Promise.resolve() },
    ...{ connectors: [], report: undefined, range: undefined },
  });
  async function begin() {
    const id = await seedExecution(services, accountId);
    const work = await claimed(services, 'execute', accountId, id);
    const run = await beginRun(services, inputOf(work));
    return { id, work, run };
  }
  const lines = (id: Buffer) => listLogLines(services.database.pool, accountId, id, { after: 0, limit: 5_000 });
  const sql = (text: string, values: unknown[]) => services.database.pool.query(text, values);

  it('is there within a moment, in its order, at the times when it was said', async () => {
    const { id, run } = await begin();
    run.log('info', 'Found 12 items.');
    run.log('warn', 'One is still being written.');
    const written = await eventually('written', async () => {
      const found = await lines(id);
      return found.length === 2 && found;
    });
    expect(written.map(({ level, message }) => [level, message])).to.deep.equal([
      ['info', 'Found 12 items.'],
      ['warn', 'One is still being written.'],
    ]);
    expect(Math.abs(Date.parse(written[0]?.at ?? '') - Date.now())).to.be.below(60_000);
    await run.close();
    run.log('info', 'too late');
    expect(await run.close()).to.deep.equal([]);
    expect(await lines(id)).to.have.length(2);
    expect(
      await listLogLines(services.database.pool, accountId, id, { after: written[0]?.id ?? 0, limit: 9 }),
    ).to.have.length(1);
  });

  it('is told to nobody else', async () => {
    const { id, run } = await begin();
    run.log('info', 'Ours.');
    await run.close();
    const stranger = await testAccount(services);
    expect(await listLogLines(services.database.pool, stranger.id, id, { after: 0, limit: 10 })).to.deep.equal([]);
  });

  it('has a thousand lines at most and says that there were more, also when the run is taken up again', async () => {
    const { id, work, run } = await begin();
    for (let i = 0; i < 700; i++) run.log('info', `line ${i}`);
    await run.close();
    const again = await beginRun(services, inputOf(work));
    for (let i = 700; i < 1_500; i++) again.log('info', `line ${i}`);
    await again.close();
    const kept = await lines(id);
    expect(kept).to.have.length(logLinesMost);
    expect(kept.at(-2)?.message).to.equal(`line ${logLinesMost - 2}`);
    expect(kept.at(-1)?.message).to.match(/left out/);
  });

  it('cuts what is too long, a thousand characters into it', async () => {
    const { id, run } = await begin();
    run.log('error', 'ü'.repeat(3_000));
    await run.close();
    const [line] = await lines(id);
    expect(line?.message).to.have.length(1_000);
    expect(line?.message.endsWith('ü…')).to.equal(true);
  });

  it('and the progress are not written by who has lost the claim; what was not written comes back', async () => {
    const { id, work, run } = await begin();
    await sql('UPDATE work SET claim = claim + 1 WHERE id = ?', [work.id]);
    run.progress({ bytesRead: 10, bytesDone: 5, bytesExpected: 100 });
    run.log('info', 'of the old worker');
    expect((await run.close()).map(({ message }) => message)).to.deep.equal(['of the old worker']);
    expect(await lines(id)).to.deep.equal([]);
    const [rows] = await sql('SELECT bytes_read, bytes_expected FROM execution WHERE id = ?', [id]);
    expect(rows).to.deep.equal([{ bytes_read: 0, bytes_expected: null }]);
  });

  it('stands beside the progress, which is that of the last word', async () => {
    const { id, run } = await begin();
    for (let i = 1; i <= 500; i++) run.progress({ bytesRead: i, bytesDone: i - 1, bytesExpected: 500 });
    run.progress({ rows: 40 });
    await run.close();
    const [rows] = await sql('SELECT bytes_read, bytes_done, bytes_expected, rows_listed FROM execution WHERE id = ?', [
      id,
    ]);
    expect(rows).to.deep.equal([{ bytes_read: 500, bytes_done: 499, bytes_expected: 500, rows_listed: 40 }]);
  });
});
