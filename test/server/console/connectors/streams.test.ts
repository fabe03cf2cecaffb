import { expect } from 'chai';
import { newId, uuidText } from '../../../../db/uuid.ts';
import { setConnectorEnabled } from '../../../../server/configuration/connectors.ts';
import type { StreamView } from '../../../../server/stream/view.ts';
import { testAccount } from '../../../harness/services.ts';
import { type Door, openDoor, signedInAs } from '../../web/door.ts';
import { addDay, addReader, addStream, setJob, type TestStream } from '../streams.ts';

describe('streams in the console', () => {
  let door: Door;
  let accountId: number;
  let token: string;
  let stream: TestStream;
  let names = 0;
  before(async () => {
    door = await openDoor();
    accountId = (await testAccount(door.services)).id;
    token = (await signedInAs(door.services, accountId, 'admin')).token;
  });
  after(() => door.close());
  beforeEach(async () => {
    stream = await addStream(door.services, accountId, `ecc ${++names}`);
  });

  const query = async <T>(path: string, input?: unknown) => (await door.query(path, input, { token })).data as T;
  const mutate = (path: string, input?: unknown) => door.mutate(path, input, { token });
  const reader = (facts: Parameters<typeof addReader>[3]) =>
    addReader(door.services, accountId, stream.connectorId, facts);
  async function shown(): Promise<StreamView> {
    const found = (await query<StreamView[]>('connectors.streams')).find(({ uid }) => uid === stream.uid);
    if (!found) throw new Error('the stream is not shown');
    return found;
  }

  it('are the sum of what all living processes say', async () => {
    const early = new Date('2026-11-21T04:00:00Z');
    const late = new Date('2026-11-21T04:00:05Z');
    await reader({ state: 'following', partitions: 2, lag: 3, eventsPerSecond: 1.5, lastEventAt: early, restarts: 1 });
    await reader({ state: 'following', partitions: 1, lag: 4, eventsPerSecond: 2, lastEventAt: late });
    await reader({ state: 'following', partitions: 9, lag: 900, silentSeconds: 3600 });
    expect(await shown()).to.deep.equal({
      ...{
        uid: stream.uid,
        name: `ecc ${names}`,
        state: 'following',
        readers: 2,
        partitions: 3,
        lag: 7,
        events_per_second: 3.5,
      },
      ...{ last_event_at: late.toISOString(), restarts: 1, error: null, results: { waiting: 0, error: null } },
    });
  });

  it('say why they fail', async () => {
    await reader({ state: 'failing', error: 'The broker refused the password.' });
    expect(await shown()).to.include({ state: 'failing', error: 'The broker refused the password.' });
  });

  it('that nobody reads are not running, and nobody claims to know their lag', async () => {
    expect(await shown()).to.include({ state: 'not_running', lag: null, readers: 0, last_event_at: null });
  });

  it('that somebody disabled say so, whatever a process has said last', async () => {
    await reader({ state: 'following' });
    await setJob(door.services, stream.job.uid, false);
    expect((await shown()).state).to.equal('job_disabled');
    await setConnectorEnabled(door.services, accountId, stream.uid, false);
    expect((await shown()).state).to.equal('connector_disabled');
  });

  it('tell how many results wait to be sent back, and why', async () => {
    const { pool } = door.services.database;
    const failure = JSON.stringify({ code: 'path_missing', message: 'There is no topic "results".' });
    await pool.query(
      "INSERT INTO work (kind, account_id, subject, group_key, run_after, last_error) VALUES ('feedback', ?, ?, ?, NOW(3), ?), ('feedback', ?, ?, ?, NOW(3), NULL)",
      [accountId, newId(), stream.connectorId, failure, accountId, newId(), stream.connectorId],
    );
    expect((await shown()).results).to.deep.equal({ waiting: 2, error: 'There is no topic "results".' });
  });

  it("are never another account's", async () => {
    const other = await testAccount(door.services);
    const session = await signedInAs(door.services, other.id, 'admin');
    const answer = await door.query('connectors.streams', undefined, { token: session.token });
    expect(answer.data).to.deep.equal([]);
  });

  it('have a job that is continuous, has no next run, and is neither started nor read again nor changed', async () => {
    const jobs =
      await query<
        { uid: string; version: string; schedule: { frequency: string }; next_due_at: null; is_system: boolean }[]
      >('jobs.list');
    const job = jobs.find(({ uid }) => uid === stream.job.uid);
    expect(job).to.deep.include({ next_due_at: null, is_system: true });
    expect(job?.schedule.frequency).to.equal('continuous');
    const { uid } = stream.job;
    const started = await mutate('jobs.trigger', { uid });
    expect(started.status, started.text).to.equal(409);
    const again = await mutate('jobs.trigger', { uid, days: { from: '2026-11-01', to: '2026-11-02' } });
    expect(again.error?.data).to.include({ code: 'conflict' });
    const changed = await mutate('jobs.update', {
      ...{ uid, version: job?.version, name: 'mine', type: 'data_import', connectors: [`ecc ${names}`] },
      schedule: { frequency: 'daily', at: '02:30' },
    });
    expect(changed.error?.data).to.include({ code: 'conflict' });
    expect((await mutate('jobs.setEnabled', { uid, enabled: false })).status).to.equal(200);
  });

  it('say on the list of jobs how they stand', async () => {
    const stateOfJob = async () => {
      const jobs = await query<{ uid: string; stream_state: string | null }[]>('jobs.list');
      return jobs.find(({ uid }) => uid === stream.job.uid)?.stream_state;
    };
    expect(await stateOfJob()).to.equal('not_running');
    await reader({ state: 'failing', error: 'The broker refused the password.' });
    expect(await stateOfJob()).to.equal('failing');
    await setConnectorEnabled(door.services, accountId, stream.uid, false);
    expect(await stateOfJob()).to.equal('connector_disabled');
  });

  it('are refused as the frequency of a job that a person makes', async () => {
    const answer = await mutate('jobs.create', {
      ...{ name: 'for ever', type: 'data_import', connectors: [`ecc ${names}`] },
      schedule: { frequency: 'continuous' },
    });
    expect(answer.error?.data).to.include({ code: 'invalid', field: 'schedule.frequency' });
  });

  it('have an execution a day, with what each partition brought, that nobody can cancel', async () => {
    const { execution } = await addDay(door.services, accountId, stream, { name: `ecc ${names}` });
    const id = uuidText(execution);
    const run = await query<Record<string, unknown>>('executions.get', { id });
    expect(run).to.include({ trigger: 'stream', status: 'processing', ended_at: null });
    expect(run.due_at).to.equal('2026-11-20T18:30:00.000Z');
    expect(run).not.to.have.property('rejected_rows');
    const part = { state: 'reading', updated: 0, missed: 0, error: null };
    expect(run.partitions).to.deep.equal([
      { ...part, name: 'calls/0', imported: 700, duplicate: 6, rejected: 1, skipped: 0 },
      { ...part, name: 'calls/1', imported: 500, duplicate: 0, rejected: 0, skipped: 3 },
    ]);
    expect((await mutate('executions.cancel', { id })).error?.data).to.include({ code: 'conflict' });
  });

  it('show the beginning of a rejected event in the list, and the whole of it when asked', async () => {
    const { execution, rejectedRow, raw } = await addDay(door.services, accountId, stream, { name: `ecc ${names}` });
    const page = await query<{ rows: Record<string, unknown>[] }>('rejectedRows.list', {
      execution: uuidText(execution),
    });
    expect(page.rows[0]).to.include({
      ...{ is_event: true, file_name: 'calls/0', line: 48_213, is_shortened: true, is_cut: false },
      raw: raw.slice(0, 4096),
    });
    expect(await query('rejectedRows.get', { id: rejectedRow })).to.include({ raw, is_shortened: false });
  });

  it('give rejected events whole as a file', async () => {
    const { execution, raw } = await addDay(door.services, accountId, stream, { name: `ecc ${names}` });
    const { url } = await query<{ url: string }>('rejectedRows.download', { execution: uuidText(execution) });
    const text = await (await fetch(new URL(url, door.url))).text();
    expect(text).to.contain(raw.replaceAll('"', '""'));
  });
});
