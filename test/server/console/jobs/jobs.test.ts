import { expect } from 'chai';
import { newId, uuidText } from '../../../../db/uuid.ts';
import { saveConnector } from '../../../../server/configuration/connectors.ts';
import type { DuePreview } from '../../../../server/console/jobs/preview-due.ts';
import type { JobRow } from '../../../../server/console/jobs/view.ts';
import { testAccount } from '../../../harness/services.ts';
import { type Answer, type Door, openDoor, signedInAs } from '../../web/door.ts';
import { by, importJob, sftpConnector } from '../belongings.ts';
import { streamConnector } from '../streams.ts';

describe('jobs, by the console’s procedures', () => {
  let door: Door;
  let accountId: number;
  let token: string;

  before(async () => {
    door = await openDoor();
  });
  after(() => door.close());
  beforeEach(async () => {
    accountId = (await testAccount(door.services, { timezone: 'Asia/Kolkata' })).id;
    token = (await signedInAs(door.services, accountId, 'admin')).token;
    await saveConnector(door.services, accountId, sftpConnector('calls', 'import'), { by });
    for (const name of ['bucket', 'server'])
      await saveConnector(door.services, accountId, sftpConnector(name, 'export'), { by });
  });

  const mutate = (path: string, input?: unknown) => door.mutate(path, input, { token });
  const jobs = async () => (await door.query('jobs.list', undefined, { token })).data as JobRow[];
  const jobNamed = async (name: string) => {
    const job = (await jobs()).find((candidate) => candidate.name === name);
    if (!job) throw new Error(`there is no job "${name}"`);
    return job;
  };
  /** As a form that has just been opened saves. */
  const update = async (input: { uid: string } & Record<string, unknown>) => {
    const version = (await jobs()).find(({ uid }) => uid === input.uid)?.version;
    return mutate('jobs.update', { version, ...input });
  };
  const exportJob = (name: string, connectors: string[]) => ({
    ...{ name, type: 'data_export', connectors, schedule: { frequency: 'monthly', day: 31, at: '06:00' } },
    ...{ report: { date_range: 'last_month', columns: ['final_score'] } },
  });

  async function create(input: Record<string, unknown>): Promise<string> {
    const answer = await mutate('jobs.create', input);
    expect(answer.status, answer.text).to.equal(200);
    return (answer.data as { uid: string }).uid;
  }

  function expectRefusal(answer: Answer, code: string, field: string, words: RegExp): void {
    expect(answer.error?.data).to.include({ code, field });
    expect(answer.error?.message).to.match(words);
  }

  it('refuse a connector of the other direction, by its name', async () => {
    const answer = await mutate('jobs.create', importJob('nightly', 'bucket'));
    expectRefusal(answer, 'invalid', 'connectors', /"bucket" is an export connector; this job needs one for import/);
    const other = await mutate('jobs.create', exportJob('report', ['bucket', 'calls']));
    expectRefusal(other, 'invalid', 'connectors', /"calls" is an import connector; this job needs one for export/);
    const uid = await create(exportJob('report', ['bucket']));
    const changed = await update({ ...exportJob('report', ['calls']), uid });
    expectRefusal(changed, 'invalid', 'connectors', /"calls" is an import connector/);
    expect((await jobNamed('report')).connectors).to.deep.equal(['bucket']);
  });

  it('refuse a connector that is read all the time by its own job', async () => {
    await saveConnector(door.services, accountId, streamConnector('events'), { by });
    const answer = await mutate('jobs.create', importJob('nightly', 'events'));
    expectRefusal(answer, 'invalid', 'connectors', /"events" is read all the time by the job that was made for it/);
  });

  it('deliver to several destinations in their order, each once', async () => {
    await create(exportJob('report', ['server', 'bucket', 'server']));
    expect((await jobNamed('report')).connectors).to.deep.equal(['server', 'bucket']);
  });

  it('are duplicated as they are, but disabled, under the next name that is free', async () => {
    const alerts = {
      ...{ kinds: ['run_failed'], recovery: false, emails: ['ada@example.test'] },
      webhook: { url: 'https://hooks.example.test/cqa', secret: 'sixteen letters!' },
    };
    const uid = await create({ ...exportJob('report', ['server', 'bucket']), alerts });
    const { uid: first, name } = (await mutate('jobs.duplicate', { uid })).data as { uid: string; name: string };
    expect(name).to.equal('report (copy)');
    const [original, copy] = [await jobNamed('report'), await jobNamed('report (copy)')];
    const { schedule, report, type, connectors, alerts: shown } = original;
    expect(copy).to.deep.include({ schedule, report, type, connectors, alerts: shown });
    expect(copy).to.deep.include({ uid: first, is_enabled: false, next_due_at: null, last_run: null });
    expect(copy.alerts).to.deep.include({ webhook: { url: alerts.webhook.url, has_secret: true } });
    await mutate('jobs.duplicate', { uid });
    await mutate('jobs.duplicate', { uid: first });
    expect((await jobs()).map((job) => job.name)).to.deep.equal([
      'report',
      'report (copy 2)',
      'report (copy 3)',
      'report (copy)',
    ]);
  });

  it('are duplicated under a name that is short enough', async () => {
    const long = 'n'.repeat(120);
    const { data } = await mutate('jobs.duplicate', { uid: await create(importJob(long, 'calls')) });
    expect((data as { name: string }).name).to.equal(`${'n'.repeat(113)} (copy)`);
  });

  it('are duplicated under a name whose characters are whole', async () => {
    const uid = await create(importJob('😀'.repeat(60), 'calls'));
    const { name } = (await mutate('jobs.duplicate', { uid })).data as { name: string };
    expect(name).to.equal(`${'😀'.repeat(56)} (copy)`);
    expect((await jobNamed(name)).is_enabled).to.equal(false);
  });

  it('that the product made are run, disabled and enabled, and keep everything but their alerts', async () => {
    const config = { account_sid: 'acme1', api_key: 'key', api_token: 'token' };
    await saveConnector(
      door.services,
      accountId,
      { name: 'phone', direction: 'import', type: 'exolite', config },
      { by },
    );
    const { uid, schedule, version } = await jobNamed('phone');
    const changed = { ...importJob('phone', 'phone'), schedule: { frequency: 'daily', at: '05:00' }, uid };
    expectRefusal(await update(changed), 'conflict', 'name', /cannot be changed here/);
    expectRefusal(await mutate('jobs.remove', { uid }), 'conflict', 'name', /cannot be deleted here/);
    expectRefusal(await mutate('jobs.duplicate', { uid }), 'conflict', 'name', /cannot be duplicated/);
    expect((await mutate('jobs.trigger', { uid })).status).to.equal(200);
    expect((await mutate('jobs.setEnabled', { uid, enabled: false })).status).to.equal(200);
    expect(await jobNamed('phone')).to.deep.include({ is_enabled: false, next_due_at: null });
    expect((await mutate('jobs.setEnabled', { uid, enabled: true })).status).to.equal(200);
    expect((await mutate('alerts.setJob', { uid, version, alerts: 'off' })).status).to.equal(200);
    const kept = await jobNamed('phone');
    expect(kept).to.deep.include({ schedule, alerts: 'off', is_system: true, is_enabled: true });
    expect(kept.next_due_at).not.to.equal(null);
  });

  it('that were disabled since their form was opened stay disabled when it is saved', async () => {
    const uid = await create(importJob('nightly', 'calls'));
    await mutate('jobs.setEnabled', { uid, enabled: false });
    expect((await update({ ...importJob('renamed', 'calls'), uid, keeps_enabled: true })).status).to.equal(200);
    expect(await jobNamed('renamed')).to.deep.include({ is_enabled: false, next_due_at: null });
    await update({ ...importJob('renamed', 'calls'), uid });
    expect((await jobNamed('renamed')).next_due_at).not.to.equal(null);
  });

  it('have a name that can be typed again, and no blank one', async () => {
    await create(importJob('  nightly ', 'calls'));
    expect((await jobNamed('nightly')).name).to.equal('nightly');
    expectRefusal(await mutate('jobs.create', importJob('   ', 'calls')), 'invalid', 'name', /a name/);
  });

  it('tell at once of a quality profile that is not there, named by the report or by its saved filter', async () => {
    const job = (name: string, report: object) => ({ ...exportJob(name, ['bucket']), report });
    const named = job('by name', { quality_profile: 'Gone' });
    expectRefusal(await mutate('jobs.create', named), 'invalid', 'report.quality_profile', /no quality profile "Gone"/);
    await mutate('savedFilters.create', {
      ...{ name: 'of nothing', is_shared: true, filter: { profile: uuidText(newId()) } },
    });
    const filtered = job('by filter', { saved_filter: 'of nothing' });
    expectRefusal(await mutate('jobs.create', filtered), 'invalid', 'report.saved_filter', /profile that is not there/);
    const uid = await create(exportJob('well', ['bucket']));
    expectRefusal(await update({ ...named, uid }), 'invalid', 'report.quality_profile', /Choose another one/);
  });

  it('refuse a report of days that end before they begin', async () => {
    const report = { date_range: { from: '2026-12-02', to: '2026-12-01' }, columns: ['final_score'] };
    const answer = await mutate('jobs.create', { ...exportJob('backwards', ['bucket']), report });
    expectRefusal(answer, 'invalid', 'report.date_range.to', /before the first/);
  });

  it('tell what is wrong with a schedule at its field', async () => {
    const previews: [Record<string, unknown>, string, RegExp][] = [
      [{ frequency: 'cron', expression: '61 * * * *' }, 'schedule.expression', /"61" cannot be the minute/],
      [{ frequency: 'cron', expression: '0 0 31 2 *' }, 'schedule.expression', /no such day ever comes/],
      [{ frequency: 'daily', timezone: 'Mars/Olympus' }, 'schedule.timezone', /an IANA time zone/],
      [
        { frequency: 'daily', start_date: '2027-02-01', end_date: '2027-01-01' },
        'schedule.end_date',
        /before the first/,
      ],
      [{ frequency: 'one_time', at: '2127-01-01T10:00', start_date: '2127-02-01' }, 'schedule.at', /never comes/],
      [{ frequency: 'one_time', at: '2127-01-01T10:00', end_date: '2126-12-31' }, 'schedule.at', /never comes/],
    ];
    for (const [schedule, field, words] of previews) {
      expectRefusal(await door.query('jobs.previewDue', { schedule }, { token }), 'invalid', field, words);
      const saved = await mutate('jobs.create', { ...importJob('nightly', 'calls'), schedule });
      expectRefusal(saved, 'invalid', field, words);
    }
  });

  it('tell which of the next times is another than was asked for', async () => {
    const schedule = { frequency: 'monthly', day: 31, at: '02:30', timezone: 'Asia/Kolkata' };
    const { due } = (await door.query('jobs.previewDue', { schedule }, { token })).data as DuePreview;
    expect(due).to.have.length(5);
    expect(due.filter(({ note }) => note?.includes('so it runs on the last'))).not.to.have.length(0);
  });
});
