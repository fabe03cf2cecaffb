import { expect } from 'chai';
import { requestCancel } from '../../../../db/queries/executions.ts';
import { parseUuid } from '../../../../db/uuid.ts';
import { setAccount } from '../../../../server/accounts/accounts.ts';
import { changeUser } from '../../../../server/accounts/users.ts';
import { saveConnector } from '../../../../server/configuration/connectors.ts';
import { removeConnector } from '../../../../server/configuration/removal.ts';
import type { RequestedExport } from '../../../../server/console/analyses/exports.ts';
import type { HistoryPage } from '../../../../server/console/executions/list.ts';
import { retryExecution } from '../../../../server/jobs/retry.ts';
import { showExecution } from '../../../../server/jobs/show.ts';
import { fileFormats } from '../../../../shared/report.ts';
import { type Sshd, startSshd } from '../../../harness/sshd.ts';
import { sftpConfig } from '../../jobs/runs.ts';
import { AskedExports, domain, type Person } from './asked-exports.ts';

const idOf = (text: string) => {
  const id = parseUuid(text);
  if (!id) throw new Error(`${text} is no id`);
  return id;
};

describe('Export report on the Analysis List', () => {
  let exports: AskedExports;
  let admin: Person;
  let ann: Person;
  let supervisor: Person;

  before(async () => {
    exports = await AskedExports.open();
    admin = await exports.person(`boss@${domain}`, 'admin');
    ann = await exports.person(`ann@${domain}`, 'agent');
    supervisor = await exports.person(`north@${domain}`, 'supervisor', { teams: ['north'] });
  });
  after(() => exports.close());

  const shown = ({ execution_id: id }: { execution_id: string }) =>
    showExecution(exports.door.services, exports.account.id, idOf(id));

  describe('by Email me', () => {
    before(() => exports.runs.work());
    after(() => exports.runs.stop());

    it('mails an admin everything, a supervisor his teams, an agent his own calls', async () => {
      expect(await exports.asked(admin)).to.include({ status: 'success', rows: 3 });
      expect((await exports.mailedRows(admin.email)).sort()).to.deep.equal([
        'ann-north,9',
        'bob-north,5',
        'cat-south,2',
      ]);
      expect(await exports.asked(supervisor)).to.include({ status: 'success', rows: 2 });
      expect((await exports.mailedRows(supervisor.email)).sort()).to.deep.equal(['ann-north,9', 'bob-north,5']);
      expect(await exports.asked(ann)).to.include({ status: 'success', rows: 1 });
      expect(await exports.mailedRows(ann.email)).to.deep.equal(['ann-north,9']);
    });

    it('is an execution of its own in the history, with its asker, its file and its destination', async () => {
      const { execution_id } = await exports.asked(ann, { name: 'My week' });
      const { data } = await exports.door.query('executions.list', { type: 'data_export' }, { token: admin.token });
      const row = (data as { rows: Record<string, unknown>[] }).rows.find((line) => line.execution_id === execution_id);
      expect(row).to.include({ job_name: 'My week', trigger: 'manual', triggered_by: ann.email, status: 'success' });
      expect(row).to.include({ is_on_demand: true, recipient: ann.email });
      expect(row?.connectors).to.deep.equal([ann.email]);
      const opened = await exports.door.query('executions.get', { id: execution_id }, { token: admin.token });
      expect((opened.data as { report: object }).report)
        .to.include.keys('columns', 'filters')
        .and.not.to.have.key('scope');
      const { deliveries } = await shown({ execution_id });
      expect(deliveries).to.have.length(1);
      expect(deliveries[0]).to.include({ connector: ann.email, status: 'delivered' });
    });

    it('is named in the history as what it is, and found there by that', async () => {
      const { execution_id } = await exports.asked(ann, { name: 'My calls' });
      const listed = async (filter: object) => {
        const { data } = await exports.door.query('executions.list', filter, { token: admin.token });
        return (data as HistoryPage).rows;
      };
      const [newest] = await listed({ job: 'on_demand' });
      expect(newest).to.include({ execution_id, job_name: 'My calls', is_on_demand: true, triggered_by: ann.email });
      expect(newest?.recipient).to.equal(ann.email);
      expect((await listed({ job: 'on_demand', status: ['success'], type: 'data_export' })).length).to.be.above(0);
      expect(await listed({ job: 'on_demand', type: 'data_import' })).to.deep.equal([]);
      const boss = await exports.runs.connector('boss', 'export', 'email', { address: `boss@${domain}` });
      const job = await exports.runs.job('nightly', 'data_export', [boss]);
      const { execution_id: ofJob } = await exports.runs.ended(await exports.runs.trigger(job));
      expect((await listed({ job: 'on_demand' })).map((row) => row.execution_id)).not.to.include(ofJob);
      expect((await listed({}))[0]).to.include({ execution_id: ofJob, is_on_demand: false });
    });

    it('is narrowed by the list’s filter and by a saved one, as both were when it was asked for', async () => {
      const { token } = admin;
      const saved = { name: 'good ones', filter: { min_score: 4 } };
      const { data } = await exports.door.mutate('savedFilters.create', saved, { token });
      await exports.runs.stop();
      const answer = await exports.ask(admin, { report: { saved_filter: 'good ones' }, filter: { max_score: 8 } });
      await exports.door.mutate('savedFilters.remove', { uid: (data as { uid: string }).uid }, { token });
      exports.runs.work();
      await exports.ended(admin, (answer.data as { execution_id: string }).execution_id);
      expect(await exports.mailedRows(admin.email)).to.deep.equal(['bob-north,5']);
    });

    it('has its columns in the order and under the headings that were chosen', async () => {
      const columns = [{ column: 'final_score', header: 'Points' }, 'external_interaction_id'];
      await exports.asked(ann, { report: { columns } });
      expect(await exports.mailedRows(ann.email)).to.deep.equal(['9,ann-north']);
    });

    it('comes in the format that was chosen, a CSV with a mark for Excel where that is wanted', async () => {
      const beginnings = {
        csv: 'external_interaction_id,',
        xlsx: 'PK',
        jsonl: '{"external_interaction_id":',
        parquet: 'PAR1',
      };
      for (const file_format of fileFormats) {
        const asked = await exports.asked(ann, { report: { file_format } });
        expect(asked).to.include({ status: 'success', rows: 1 });
        const file = (await exports.mailedFile(ann.email)).toString('latin1');
        expect(file.slice(0, beginnings[file_format].length)).to.equal(beginnings[file_format]);
      }
      await exports.asked(ann, { report: { bom: true } });
      const marked = await exports.mailedFile(ann.email);
      expect(marked.subarray(0, 4).toString('hex')).to.equal('efbbbf65');
    });

    it('begins after what is asked for, not before five have ended', async () => {
      await exports.runs.stop();
      const greedy = await exports.person(`bob@${domain}`, 'agent');
      const answers = [];
      for (let n = 0; n < 6; n++) answers.push(await exports.ask(greedy));
      expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200, 429]);
      const [first] = answers.map(({ data }) => (data as { execution_id: string } | undefined)?.execution_id ?? '');
      expect((await exports.door.mutate('analyses.cancelExport', { id: first }, { token: ann.token })).status).to.equal(
        404,
      );
      const cancelled = await exports.door.mutate('analyses.cancelExport', { id: first }, { token: greedy.token });
      expect(cancelled.status).to.equal(200);
      expect((await exports.ended(greedy, first ?? '')).status).to.equal('cancelled');
      expect((await exports.ask(greedy)).status).to.equal(200);
      exports.runs.work();
    });

    it('says that it was told to stop, whoever looks anew, until it has ended', async () => {
      await exports.runs.stop();
      const { pool } = exports.door.services.database;
      const { execution_id: id } = (await exports.ask(ann)).data as { execution_id: string };
      // A worker that is under way hears of it within a second; here there is none.
      await pool.query("UPDATE execution SET status = 'processing' WHERE id = ?", [idOf(id)]);
      const shown = async () => {
        const { data } = await exports.door.query('analyses.exports', undefined, { token: ann.token });
        return (data as RequestedExport[]).find((row) => row.execution_id === id);
      };
      expect(await shown()).to.deep.include({ status: 'processing', cancel_requested: false });
      await requestCancel(pool, exports.account.id, idOf(id));
      expect(await shown()).to.deep.include({ status: 'processing', cancel_requested: true });
      await exports.door.mutate('analyses.cancelExport', { id }, { token: ann.token });
      exports.runs.work();
      expect((await exports.ended(ann, id)).status).to.equal('cancelled');
    });
  });

  describe('is refused', () => {
    const refused = async (person: Person, given: Record<string, unknown> = {}) => {
      const { status, error } = await exports.ask(person, given);
      return { status, message: error?.message ?? '' };
    };

    it('to an address that is not verified, or of no domain of the account', async () => {
      const unproved = await exports.person(`new@${domain}`, 'agent', { verified: false });
      expect(await refused(unproved)).to.deep.include({ status: 409 });
      expect((await refused(unproved)).message).to.match(/not verified/);
      for (const email of ['eve@elsewhere.test', `eve@sub.${domain}`, `eve@${domain}.elsewhere.test`]) {
        const stranger = await exports.person(email, 'agent');
        expect(await refused(stranger)).to.deep.include({ status: 409 });
        expect((await refused(stranger)).message).to.match(/none of them/);
      }
    });

    it('to whoever names an address himself', async () => {
      for (const given of [{ recipient: 'eve@elsewhere.test' }, { email: 'eve@elsewhere.test' }])
        expect(await refused(ann, given)).to.deep.include({ status: 400 });
      expect(await refused(ann, { email_me: 'eve@elsewhere.test' })).to.deep.include({ status: 400 });
    });

    it('over a connector to everybody but admins, and to admins while the console is off', async () => {
      const connectors = [await bucket('results')];
      expect(await refused(ann, { connectors })).to.deep.include({ status: 403 });
      expect(await refused(supervisor, { connectors, email_me: false })).to.deep.include({ status: 403 });
      await setAccount(exports.door.services, exports.account.uid, { consoleEnabled: false });
      expect(await refused(admin, { connectors })).to.deep.include({ status: 403 });
      await setAccount(exports.door.services, exports.account.uid, { consoleEnabled: true });
      expect((await exports.ask(admin, { connectors, email_me: false })).status).to.equal(200);
    });
  });

  async function bucket(name: string): Promise<string> {
    const endpoint = 'http://127.0.0.1:9';
    const config = {
      bucket: 'my-reports',
      region: 'eu-west-1',
      access_key: 'a',
      secret_key: 'b',
      prefix: 'r/',
      endpoint,
    };
    const input = { name, direction: 'export' as const, type: 's3', config, is_enabled: true };
    return (await saveConnector(exports.door.services, exports.account.id, input, { by: 'test' })).uid;
  }

  describe('when its asker is another one by the time it runs', () => {
    let sequence = 0;
    /** Asked for, changed, then worked on. */
    async function changed(role: 'agent' | 'supervisor' | 'admin', change: (person: Person) => Promise<void>) {
      const email = `changing${++sequence}@${domain}`;
      const person = await exports.person(email, role, { teams: ['north'] });
      await exports.call(`own-${sequence}`, { agent_email: email, team_name: 'north' }, 7);
      const answer = await exports.ask(person);
      await change(person);
      exports.runs.work();
      const ended = await exports.runs.ended(idOf((answer.data as { execution_id: string }).execution_id));
      await exports.runs.stop();
      return { person, ended, mails: await exports.mailsTo(email) };
    }
    const change = (given: object) => (person: Person) =>
      changeUser(exports.door.services, exports.account.id, person.uid, given);

    it('sends nothing for one who was disabled', async () => {
      const { ended, mails } = await changed('agent', change({ enabled: false }));
      expect(ended.status).to.equal('handler_failed');
      expect(ended.error?.message).to.match(/cannot sign in any more/);
      expect(ended.parts).to.deep.equal([]);
      expect(mails).to.equal(0);
    });

    it('gives one who was moved only what he could see then and may see now', async () => {
      const { ended, mails } = await changed('supervisor', change({ teams: ['south'] }));
      expect(ended).to.include({ status: 'success', note: 'no_data' });
      expect(mails).to.equal(1);
    });

    it('gives an admin who became an agent his own calls', async () => {
      const { ended, person } = await changed('admin', change({ role: 'agent' }));
      expect(ended.status).to.equal('success');
      expect(await exports.mailedRows(person.email)).to.deep.equal([`own-${sequence},7`]);
    });

    it('sends nothing to an address that is not verified any more, or whose domain the account gave up', async () => {
      const { pool } = exports.door.services.database;
      const unverified = await changed('agent', async ({ id }) => {
        await pool.query('UPDATE user SET email_verified_at = NULL WHERE id = ?', [id]);
      });
      expect(unverified.ended.status).to.equal('handler_failed');
      const { uid } = exports.account;
      const moved = await changed('agent', async () => {
        await setAccount(exports.door.services, uid, { emailDomains: ['other.test'] });
      });
      await setAccount(exports.door.services, uid, { emailDomains: [domain] });
      expect(moved.ended.status).to.equal('handler_failed');
      expect([unverified.mails, moved.mails]).to.deep.equal([0, 0]);
    });
  });

  describe('when it is retried', () => {
    /** One that was made and could not be sent. */
    async function unsent(person: Person): Promise<string> {
      exports.runs.work();
      const { execution_id } = await exports.asked(person);
      await exports.runs.stop();
      const { pool } = exports.door.services.database;
      const id = idOf(execution_id);
      await pool.query('DELETE FROM delivery WHERE part_id IN (SELECT id FROM report_part WHERE execution_id = ?)', [
        id,
      ]);
      await pool.query("UPDATE execution SET status = 'delivery_failed' WHERE id = ?", [id]);
      return execution_id;
    }
    async function retried(executionId: string) {
      const { data } = await exports.door.mutate('executions.retry', { id: executionId }, { token: admin.token });
      exports.runs.work();
      const ended = await exports.runs.ended(idOf((data as { execution_id: string }).execution_id));
      await exports.runs.stop();
      return ended;
    }

    it('goes to its asker, whoever retries it', async () => {
      const person = await exports.person(`retrying@${domain}`, 'supervisor', { teams: ['north'] });
      const id = await unsent(person);
      const mails = { asker: await exports.mailsTo(person.email), admin: await exports.mailsTo(admin.email) };
      expect(await retried(id)).to.include({ status: 'success', recipient: person.email, retry_of: id });
      expect(await exports.mailsTo(person.email)).to.equal(mails.asker + 1);
      expect(await exports.mailsTo(admin.email)).to.equal(mails.admin);
    });

    it('is its asker’s to retry, once, and nobody else’s who is no admin', async () => {
      const person = await exports.person(`again@${domain}`, 'agent');
      const id = await unsent(person);
      const mails = await exports.mailsTo(person.email);
      const retry = ({ token }: Person) => exports.door.mutate('analyses.retryExport', { id }, { token });
      const canRetry = async () => {
        const { data } = await exports.door.query('analyses.exports', undefined, { token: person.token });
        return (data as RequestedExport[]).map(({ can_retry }) => can_retry);
      };
      expect(await canRetry()).to.deep.equal([true]);
      for (const other of [ann, supervisor, admin]) expect((await retry(other)).status, other.email).to.equal(404);
      const again = await retry(person);
      expect(again.status).to.equal(200);
      expect(await canRetry(), 'the retry, and what it retries').to.deep.equal([false, false]);
      expect((await retry(person)).status).to.equal(409);
      exports.runs.work();
      const { execution_id } = again.data as { execution_id: string };
      expect(await exports.ended(person, execution_id)).to.include({ status: 'success', can_retry: false });
      await exports.runs.stop();
      expect(await exports.mailsTo(person.email)).to.equal(mails + 1);
    });

    it('can be retried again where its retry was cancelled', async () => {
      const person = await exports.person(`undecided@${domain}`, 'agent');
      const id = await unsent(person);
      const { token } = person;
      const retry = async () => {
        const { data } = await exports.door.mutate('analyses.retryExport', { id }, { token });
        return (data as { execution_id: string }).execution_id;
      };
      const first = await retry();
      await exports.door.mutate('analyses.cancelExport', { id: first }, { token });
      expect(await exports.ended(person, first)).to.include({ status: 'cancelled', can_retry: false });
      expect(await exports.ended(person, id)).to.include({ status: 'delivery_failed', can_retry: true });
      exports.runs.work();
      expect(await exports.ended(person, await retry())).to.include({ status: 'success' });
      await exports.runs.stop();
      expect(await exports.ended(person, id)).to.include({ can_retry: false });
    });

    it('waits until there is room among those that he asked for', async () => {
      const person = await exports.person(`many@${domain}`, 'agent');
      const id = await unsent(person);
      for (let n = 0; n < 5; n++) expect((await exports.ask(person)).status).to.equal(200);
      const { token } = person;
      expect((await exports.door.mutate('analyses.retryExport', { id }, { token })).status).to.equal(429);
    });

    it('sends nothing that was made for what he may not see any more', async () => {
      const person = await exports.person(`moving@${domain}`, 'supervisor', { teams: ['north'] });
      const id = await unsent(person);
      const mails = await exports.mailsTo(person.email);
      const change = { teams: ['south'] };
      await changeUser(exports.door.services, exports.account.id, person.uid, change);
      const ended = await retried(id);
      expect(ended.status).to.equal('handler_failed');
      expect(ended.error?.message).to.match(/has changed since this report was made/);
      expect(await exports.mailsTo(person.email)).to.equal(mails);
    });
  });

  describe('over connectors', () => {
    let sshd: Sshd;
    before(async () => {
      sshd = await startSshd();
      exports.runs.work();
    });
    after(async () => {
      await exports.runs.stop();
      await sshd.stop();
    });

    async function sftp(name: string, given: Record<string, unknown> = {}): Promise<string> {
      const input = {
        name,
        direction: 'export' as const,
        type: 'sftp',
        config: sftpConfig(sshd, given),
        is_enabled: true,
      };
      return (await saveConnector(exports.door.services, exports.account.id, input, { by: 'test' })).uid;
    }

    it('goes to those an admin chose and to himself, and a retry to the one that failed alone', async () => {
      const good = await sftp('good place');
      const bad = await sftp('bad place', { directory: `${sshd.directory}/is/not/there` });
      const asked = await exports.asked(admin, { connectors: [good, bad], name: 'Mixed' });
      expect(asked).to.include({ status: 'partial_success' });
      const first = await shown(asked);
      expect(first.deliveries.map(({ connector, status }) => `${connector} ${status}`).sort()).to.deep.equal(
        ['bad place failed', `${admin.email} delivered`, 'good place delivered'].sort(),
      );
      expect(first.retry.possible).to.equal(true);
      await saveConnector(
        exports.door.services,
        exports.account.id,
        { name: 'bad place', direction: 'export', type: 'sftp', config: sftpConfig(sshd), is_enabled: true },
        { by: 'test', uid: bad },
      );
      const mails = await exports.mailsTo(admin.email);
      const { services } = exports.door;
      const again = await retryExecution(services, exports.account.id, idOf(asked.execution_id), {
        by: 'ada@example.test',
      });
      const ended = await exports.runs.ended(again);
      expect(ended).to.include({ status: 'success', retry_of: asked.execution_id });
      expect(await exports.mailsTo(admin.email)).to.equal(mails);
    });

    it('goes to the others where one of them was deleted, and so does its retry', async () => {
      const { services } = exports.door;
      const gone = await sftp('gone place');
      await exports.runs.stop();
      const answer = await exports.ask(admin, { connectors: [gone], name: 'Without one' });
      const { execution_id } = answer.data as { execution_id: string };
      await removeConnector(services, exports.account.id, gone);
      exports.runs.work();
      const expected = ['gone place failed', `${admin.email} delivered`].sort();
      const asked = await exports.ended(admin, execution_id);
      const told = await shown(asked);
      expect(asked.status).to.equal('partial_success');
      expect(told.deliveries.map(({ connector, status }) => `${connector} ${status}`).sort()).to.deep.equal(expected);
      expect(told.error?.message).to.match(/"gone place" was deleted since this export was asked for/);
      const mails = await exports.mailsTo(admin.email);
      const again = await retryExecution(services, exports.account.id, idOf(execution_id), { by: 'ada@example.test' });
      expect(await exports.runs.ended(again)).to.include({ status: 'delivery_failed' });
      expect(await exports.mailsTo(admin.email)).to.equal(mails);
    });

    it('in a job is narrowed by the saved filter of whoever made the job', async () => {
      const { token } = admin;
      const { mutate } = exports.door;
      await sftp('place of the job');
      await mutate('savedFilters.create', { name: 'mine alone', filter: { min_score: 4, max_score: 6 } }, { token });
      const connectors = ['place of the job'];
      const report = { date_range: { from: '2026-11-01', to: '2026-11-30' }, saved_filter: 'mine alone' };
      const job = { name: 'narrow', type: 'data_export', connectors, schedule: { frequency: 'daily' }, report };
      const { data } = await mutate('jobs.create', job, { token });
      const run = await mutate('jobs.trigger', { uid: (data as { uid: string }).uid }, { token });
      const ended = await exports.runs.ended(idOf((run.data as { execution_id: string }).execution_id));
      expect(ended.counts).to.deep.equal({ rows: 1, parts: 1 });
    });
  });

  describe('beside jobs', () => {
    it('raises no alert for an export that nobody scheduled', async () => {
      const [rows] = await exports.door.services.database.pool.query('SELECT * FROM alert');
      expect(rows).to.deep.equal([]);
    });
  });
});
