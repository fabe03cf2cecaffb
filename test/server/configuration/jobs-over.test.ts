import { expect } from 'chai';
import { apply, readConfiguration } from '../../../server/configuration/apply.ts';
import { saveConnector } from '../../../server/configuration/connectors.ts';
import { listJobs, setJobEnabled } from '../../../server/configuration/jobs.ts';
import { saveJob } from '../../../server/configuration/jobs-save.ts';
import { jobRow, jobVersion, storedJob } from '../../../server/configuration/jobs-stored.ts';
import type { Services } from '../../../server/services.ts';
import { AppError } from '../../../shared/error.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { by, importJob, sftpConnector } from '../console/belongings.ts';

const over = { frequency: 'one_time', at: '2020-01-01T02:30' };
const ended = { frequency: 'daily', at: '02:30', start_date: '2020-01-01', end_date: '2020-01-31' };

describe('a job whose times are all over', () => {
  let services: Services;
  let accountId: number;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    accountId = (await testAccount(services, { timezone: 'Asia/Kolkata' })).id;
  });

  const applied = (schedule: object, rest: object = {}, dryRun = false) => {
    const jobs = [{ ...importJob('nightly', 'calls'), schedule, ...rest }];
    const text = JSON.stringify({ connectors: [sftpConnector('calls', 'import')], jobs });
    return apply(services, accountId, readConfiguration(text, {}), { by, dryRun });
  };
  const refused = async (saving: Promise<unknown>, field: string, words: RegExp) => {
    const error: unknown = await saving.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof AppError)) throw new Error('it was saved', { cause: error });
    expect(error).to.include({ code: 'invalid', field });
    expect(error.message).to.match(words);
  };
  /** As if its last time had been while it stood there. */
  const age = async (schedule: object) => {
    await applied({ frequency: 'daily', at: '02:30' });
    await services.database.pool.query('UPDATE job SET schedule = ?, next_due_at = NULL WHERE account_id = ?', [
      JSON.stringify({ end_date: 'never', overlap: 'skip', ...schedule }),
      accountId,
    ]);
  };
  const stored = async () => {
    const [{ uid } = { uid: '' }] = await listJobs(services, accountId);
    return { uid, version: jobVersion(await storedJob(services, await jobRow(services, accountId, uid))) };
  };

  const form = (schedule: object, change: object = { create: true }) =>
    saveJob(services, accountId, { ...importJob('nightly', 'calls'), schedule }, { by, ...change });

  it('is not made by a form: the field is named, with what to do', async () => {
    await saveConnector(services, accountId, sftpConnector('calls', 'import'), { by });
    await refused(form(over), 'schedule.at', /is over in Asia\/Kolkata, so it would never run\. Give a later time/);
    await refused(form(ended), 'schedule.end_date', /would never run\. Give a later last day/);
    const few = { ...ended, frequency: 'monthly', day: 15, start_date: '2020-02-01', end_date: '2020-02-10' };
    await refused(form(few), 'schedule.end_date', /would never run/);
  });

  it('is not what a form changes another one to', async () => {
    await applied({ frequency: 'daily', at: '02:30' });
    const changed = await stored();
    await refused(form(over, changed), 'schedule.at', /would never run/);
    await refused(form(ended, changed), 'schedule.end_date', /would never run/);
  });

  it('is applied to an account that never had it as to one where it has run, which is told', async () => {
    const remark = /^job nightly has no due time: 2020-01-01 02:30 is over in Asia\/Kolkata, so it would never run\./;
    for (const dryRun of [true, false]) {
      const { created, remarks = [] } = await applied(over, {}, dryRun);
      expect(created).to.include('job nightly');
      expect(remarks).to.have.length(1);
      expect(remarks[0]).to.match(remark);
    }
    expect((await listJobs(services, accountId))[0]).to.deep.include({ is_enabled: true, next_due_at: null });
    expect(await applied(over))
      .to.deep.include({ created: [], updated: [] })
      .and.not.to.have.property('remarks');
    const { updated, remarks } = await applied(ended);
    expect(updated).to.deep.equal(['job nightly']);
    expect(remarks?.[0]).to.match(/^job nightly has no due time: No time of this schedule is still to come/);
  });

  it('is applied again as it was without a word, and renamed, also where somebody has disabled it since', async () => {
    await age(over);
    expect((await applied(over)).unchanged).to.include('job nightly');
    const { uid, version } = await stored();
    await setJobEnabled(services, accountId, uid, false);
    expect((await applied(over)).updated).to.include('job nightly');
    const renamed = { ...importJob('renamed', 'calls'), schedule: over };
    expect(await saveJob(services, accountId, renamed, { by, uid, version })).to.include({ change: 'updated' });
  });

  it('is kept for later while it is disabled, and not enabled by its form', async () => {
    expect((await applied(over, { is_enabled: false })).created).to.include('job nightly');
    const { uid, version } = await stored();
    const job = { ...importJob('nightly', 'calls'), schedule: over };
    await refused(saveJob(services, accountId, job, { by, uid, version }), 'schedule.at', /would never run/);
    const kept = await saveJob(services, accountId, job, { by, uid, version, keepsEnabled: true });
    expect(kept).to.include({ change: 'unchanged' });
  });
});
