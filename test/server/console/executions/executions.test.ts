import { expect } from 'chai';
import type { DuePreview } from '../../../../server/console/jobs/preview-due.ts';
import { testAccount } from '../../../harness/services.ts';
import { type Door, openDoor, signedInAs } from '../../web/door.ts';
import { type Belongings, importJob, makeBelongings } from '../belongings.ts';

describe('jobs and executions in the console', () => {
  let door: Door;
  let own: Belongings;
  let token: string;
  before(async () => {
    door = await openDoor();
    const account = await testAccount(door.services, { timezone: 'Asia/Kolkata' });
    own = await makeBelongings(door.services, account.id);
    token = (await signedInAs(door.services, account.id, 'admin')).token;
  });
  after(() => door.close());

  const query = async <T>(path: string, input?: unknown) => (await door.query(path, input, { token })).data as T;
  const mutate = (path: string, input?: unknown) => door.mutate(path, input, { token });

  it('tell the next five times of a schedule in the account’s zone', async () => {
    const schedule = { frequency: 'daily', at: '02:30' };
    const { due, timezone } = await query<DuePreview>('jobs.previewDue', { schedule });
    expect(timezone).to.equal('Asia/Kolkata');
    expect(due).to.have.length(5);
    for (const { at, note } of due) {
      expect(at).to.match(/T21:00:00\.000Z$/);
      expect(note).to.equal(null);
    }
  });

  it('tell fewer times where the schedule ends', async () => {
    const schedule = { frequency: 'one_time', at: '2020-01-01T00:00' };
    expect((await query<DuePreview>('jobs.previewDue', { schedule })).due).to.deep.equal([]);
  });

  it('run at once when asked, and the workers are told', async () => {
    const before = door.wakes();
    const answer = await mutate('jobs.trigger', { uid: own.job });
    const { execution_id: id } = answer.data as { execution_id: string };
    expect(door.wakes()).to.equal(before + 1);
    const shown = await query<{ status: string; triggered_by: string }>('executions.get', { id });
    expect(shown.status).to.equal('pending');
    expect(shown.triggered_by).to.match(/@example\.test$/);
    const jobs = await query<{ uid: string; last_run: { execution_id: string } }[]>('jobs.list');
    expect(jobs.find(({ uid }) => uid === own.job)?.last_run.execution_id).to.equal(id);
  });

  it('are never changed by a form that makes a new one', async () => {
    await mutate('jobs.create', importJob('taken', own.connectorName));
    const answer = await mutate('jobs.create', importJob('taken', own.connectorName));
    expect(answer.status).to.equal(409);
    expect(answer.error?.data).to.include({ code: 'conflict', field: 'name' });
  });

  it('are told what is wrong at the field of the form', async () => {
    const wrong = { ...importJob('wrong', own.connectorName), schedule: { frequency: 'daily', at: '25:00' } };
    expect((await mutate('jobs.create', wrong)).error?.data).to.include({ code: 'invalid', field: 'schedule.at' });
    const { version } = await query<{ version: string }>('jobs.get', { uid: own.job });
    const update = { ...importJob('wrong', own.connectorName), uid: own.job, version, report: {} };
    expect((await mutate('jobs.update', update)).error?.data).to.include({ code: 'invalid', field: 'report' });
  });

  it('list rejected rows page by page, each once', async () => {
    interface Page {
      rows: { line: number; reason: string; raw: string }[];
      next_cursor: string | null;
    }
    const first = await query<Page>('rejectedRows.list', { execution: own.execution });
    const second = await query<Page>('rejectedRows.list', { execution: own.execution, cursor: first.next_cursor });
    expect(first.rows).to.have.length(100);
    expect(second.rows).to.have.length(50);
    expect(second.next_cursor).to.equal(null);
    const lines = [...first.rows, ...second.rows].map(({ line }) => line);
    expect(new Set(lines).size).to.equal(150);
    expect(first.rows[0]).to.deep.include({
      ...{ state: 'open', header: null, file_name: 'calls.csv', line: 2, column: 'call_id', code: 'missing_field' },
      ...{ reason: 'The call has no id.', raw: ',VOICE' },
    });
  });

  it('are cancelled once', async () => {
    const { data } = await mutate('jobs.trigger', { uid: own.job });
    const { execution_id: id } = data as { execution_id: string };
    expect((await mutate('executions.cancel', { id })).status).to.equal(200);
    expect(await query('executions.get', { id })).to.include({ status: 'cancelled' });
    expect((await mutate('executions.cancel', { id })).status).to.equal(409);
  });
});
