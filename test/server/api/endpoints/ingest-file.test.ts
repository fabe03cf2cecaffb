import { expect } from 'chai';
import { startWorkerRole } from '../../../../server/lanes/start.ts';
import { openEgress } from '../../../../server/security/egress.ts';
import { type ApiServer, apiServer } from '../../../harness/api.ts';
import { eventually } from '../../../harness/eventually.ts';
import { type FileServer, startFileServer } from '../../../harness/file-server.ts';
import { settingsOf } from '../../../harness/services.ts';

const path = '/ingress/interactions/files';

interface Job {
  id: string;
  job_status: string;
  job_type: string;
  total_rows: number;
  accepted: number;
  rejected: number;
  errors: { line: number; reason: string; external_interaction_id: string | null }[];
  interactions: { external_interaction_id: string; batch_id?: string }[];
}

describe('POST /ingress/interactions/files', () => {
  let api: ApiServer;
  let files: FileServer;
  before(async () => {
    api = await apiServer();
    files = await startFileServer((_, response) =>
      response.end('Call,channel_type,transcript_text\nA-1,CHAT,hello\nA-2,,hello\nA-3,CHAT,hi\n'),
    );
  });
  after(async () => {
    await files.close();
    await api.close();
  });

  const post = (body: unknown, key = api.key, accountId = api.account.uid) =>
    api.call<{ id: string; type: string; status: string }>('POST', path, { body, key, accountId });

  it('answers 202 with the job, wakes the workers, and the job’s progress and end can be read', async () => {
    const wakes = api.wakes();
    const request = {
      file_url: `${files.url}/a.csv`,
      format: 'csv',
      column_mapping: { call: 'external_interaction_id' },
    };
    const { status, data } = await post(request);
    expect([status, data.type, data.status]).to.deep.equal([202, 'file', 'pending']);
    expect(api.wakes()).to.equal(wakes + 1);
    const look = async () => (await api.call<Job>('GET', `/ingress/interactions/batch/${data.id}`)).data;
    expect(await look()).to.include({ job_status: 'pending', job_type: 'file', total_rows: 0 });
    const workers = startWorkerRole(settingsOf(api.services), api.services, { pollMs: 50 });
    const job = await eventually('an end', async () => {
      const now = await look();
      return ['completed', 'failed'].includes(now.job_status) && now;
    }).finally(() => workers.stop());
    expect(job.job_status, JSON.stringify(job)).to.equal('completed');
    expect(job).to.include({ id: data.id, total_rows: 3, accepted: 2, rejected: 1 });
    expect(job.errors).to.have.length(1);
    expect(job.errors[0]).to.include({ line: 3, external_interaction_id: 'A-2' });
    expect(job.interactions.map(({ external_interaction_id }) => external_interaction_id)).to.deep.equal([
      'A-1',
      'A-3',
    ]);
  });

  it('a call that is made again under its key, because its server died after the commit, gets the job of then', async () => {
    const { account, key } = await api.anotherAccount();
    const headers = { 'Idempotency-Key': 'a file, once' };
    const send = (name: string, own = headers) =>
      api.call<{ id: string }>('POST', path, {
        body: { file_url: `${files.url}/${name}`, format: 'csv' },
        key,
        accountId: account.uid,
        headers: own,
      });
    const first = await send('once.csv');
    expect(first.status).to.equal(202);
    const { pool } = api.services.database;
    await pool.query(
      'UPDATE idempotency_key SET status = NULL, answer = NULL, locked_until = NOW(3) WHERE account_id = ?',
      [account.id],
    );
    const again = await send('once.csv');
    expect([again.status, again.data.id]).to.deep.equal([202, first.data.id]);
    expect(again.headers.has('idempotent-replayed')).to.equal(false);
    const another = await send('once.csv', { 'Idempotency-Key': 'the same file, on purpose' });
    expect(another.data.id).not.to.equal(first.data.id);
  });

  const keys = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, i]));
  const good = { file_url: 'https://files.example/a.csv', format: 'csv' };
  const refusals: [string, unknown, RegExp][] = [
    ['no link', { format: 'csv' }, /file_url is missing/],
    ['no format', { file_url: good.file_url }, /format must be csv or ndjson/],
    ['another format', { ...good, format: 'xlsx' }, /format must be csv or ndjson/],
    [
      'a column mapping for NDJSON',
      { ...good, format: 'ndjson', column_mapping: { a: 'b' } },
      /column_mapping is for CSV/,
    ],
    ['51 metadata keys', { ...good, metadata: keys }, /metadata must not exceed 50 keys/],
    ['nested metadata', { ...good, metadata: { tags: { b: 1 } } }, /metadata\.tags/],
    ['large metadata', { ...good, metadata: { a: 'x'.repeat(20_000) } }, /16,384 bytes/],
    ['a callback that is no address', { ...good, callback_url: 'javascript:alert(1)' }, /callback_url must be/],
    ['an unknown field', { ...good, formats: 'csv' }, /formats/],
    ['a link to another kind of server', { ...good, file_url: 'ftp://host/a.csv' }, /no https, http or s3 link/],
    ['a link to a private address', { ...good, file_url: 'http://10.0.0.1/a.csv' }, /file_url: .*not a public address/],
    ['a link to a metadata service', { ...good, file_url: 'http://169.254.169.254/a' }, /file_url: .*metadata/],
    ['a broken S3 link', { ...good, file_url: 's3://bucket' }, /s3:\/\/bucket\/path/],
  ];
  for (const [what, body, words] of refusals)
    it(`${what} is a VALIDATION_ERROR that says what to change`, async () => {
      const answer = await post(body);
      expect([answer.status, answer.code], answer.text).to.deep.equal([400, 'VALIDATION_ERROR']);
      expect(answer.message).to.match(words);
    });

  it('a name that resolves to this machine is refused, too', async () => {
    const { egress } = api.services;
    api.services.egress = openEgress([], async () => [{ address: '127.0.0.1', family: 4 }]);
    const answer = await post({ ...good, file_url: 'https://inside.example/a.csv' });
    api.services.egress = egress;
    expect([answer.status, answer.code]).to.deep.equal([400, 'VALIDATION_ERROR']);
    expect(answer.message).to.match(/"inside\.example" is not a public address, and/);
  });

  it('a sixth unfinished job is TOO_MANY_JOBS, of this account alone', async () => {
    const busy = await api.anotherAccount();
    const body = { file_url: `${files.url}/a.csv`, format: 'csv' };
    for (let i = 0; i < 5; i++) expect((await post(body, busy.key, busy.account.uid)).status).to.equal(202);
    const answer = await post(body, busy.key, busy.account.uid);
    expect([answer.status, answer.code]).to.deep.equal([429, 'TOO_MANY_JOBS']);
    expect(Number(answer.headers.get('retry-after'))).to.be.greaterThan(0);
    expect(answer.message).to.match(/Wait until one is completed/);
    expect((await post(body)).status).to.equal(202);
  });
});
