import { expect } from 'chai';
import type { ResultSetHeader } from 'mysql2/promise';
import { newId, uuidText } from '../../../../db/uuid.ts';
import type { ApiServer } from '../../../harness/api.ts';
import { checkedServer } from './checked.ts';

interface Shown {
  id: string;
  total: number;
  interactions: { interaction_id: string; external_interaction_id: string; batch_id?: string }[];
  pagination: object;
  errors: { line: number; reason: string; external_interaction_id: string | null }[];
  completed_at: string | null;
}

const item = (id: number) => ({
  external_interaction_id: `item-${id}`,
  channel_type: 'CHAT',
  transcript_text: 'Hello',
});

describe('GET /ingress/interactions/batch/{id}', () => {
  let server: ApiServer;
  let jobId: string;

  before(async () => {
    server = await checkedServer();
    const interactions = Array.from({ length: 25 }, (_, i) => item(i));
    const rejected = { external_interaction_id: 'bad', channel_type: 'CHAT' };
    const body = { interactions: [...interactions.slice(0, 3), rejected, ...interactions.slice(3)] };
    const { status, data, message } = await server.call<{ id: string }>('POST', '/ingress/interactions/batch', {
      body,
    });
    expect(status, message).to.equal(202);
    jobId = data.id;
  });
  after(() => server.close());

  const get = (query = '', id = jobId) => server.call<Shown>('GET', `/ingress/interactions/batch/${id}${query}`);

  it('answers the fields of the contract', async () => {
    const { status, data } = await get();
    expect(status).to.equal(200);
    expect(data).to.have.all.keys(
      ...['id', 'total', 'interactions', 'pagination', 'job_status', 'job_type', 'total_rows', 'accepted', 'rejected'],
      ...['errors', 'completed_at'],
    );
    expect(data).to.include({ id: jobId, total: 25, job_status: 'completed', job_type: 'batch', total_rows: 26 });
    expect(data).to.include({ accepted: 25, rejected: 1 });
    expect(data.errors).to.have.lengthOf(1);
    expect(data.errors[0]).to.include({ line: 4, external_interaction_id: 'bad' });
    expect(new Date(data.completed_at ?? 0).toISOString()).to.equal(data.completed_at);
    const [first] = data.interactions;
    expect(first?.batch_id).to.equal(jobId);
    const single = await server.call('GET', `/ingress/interactions/${first?.external_interaction_id}`);
    expect(single.data).to.deep.equal(first);
  });

  it('pages through the interactions in the order of their lines', async () => {
    const { data } = await get();
    expect(data.pagination).to.deep.equal({ page: 0, size: 20, total_elements: 25, total_pages: 2 });
    const second = await get('?page=1');
    const names = [...data.interactions, ...second.data.interactions].map((one) => one.external_interaction_id);
    expect(names).to.deep.equal(Array.from({ length: 25 }, (_, i) => `item-${i}`));
    expect((await get('?page=7&size=10')).data.interactions).to.deep.equal([]);
    for (const size of ['5000', '9007199254740990', '9'.repeat(400)]) {
      const clamped = await get(`?size=${size}`);
      expect(clamped.status, size).to.equal(200);
      expect(clamped.data.interactions).to.have.lengthOf(25);
      expect(clamped.data.pagination).to.deep.equal({ page: 0, size: 100, total_elements: 25, total_pages: 1 });
    }
  });

  for (const [query, words] of [
    ['?size=0', /size must be a whole number, 1 or more/],
    ['?size=-5', /size must be/],
    ['?size=ten', /size must be/],
    ['?size=1.5', /size must be/],
    ['?size=', /size must be/],
    ['?page=-1', /page must be a whole number from 0/],
    ['?page=x', /page must be/],
    ['?page=1e99', /page must be/],
  ] as const)
    it(`refuses ${query}`, async () => {
      const { status, code, message } = await get(query);
      expect({ status, code }).to.deep.equal({ status: 400, code: 'VALIDATION_ERROR' });
      expect(message).to.match(words);
    });

  it('shows a file job on its way, and why one failed', async () => {
    const { pool } = server.services.database;
    const id = newId();
    const [found] = await pool.query<ResultSetHeader>(
      `INSERT INTO source_item (account_id, connector_id, execution_id, location_hash, item_key, key_hash, version, state, imported, rejected)
       VALUES (?, 0, ?, ?, ?, ?, '', 'ready', 40, 2)`,
      [server.account.id, id, Buffer.alloc(32), uuidText(id), Buffer.concat([id, id])],
    );
    const job = {
      id,
      account_id: server.account.id,
      type: 'file',
      status: 'processing',
      source_item_id: found.insertId,
    };
    await pool.query('INSERT INTO ingress_job SET ?', job);
    const onItsWay = await get('', uuidText(id));
    expect(onItsWay.data).to.include({ job_status: 'processing', job_type: 'file', completed_at: null });
    expect(onItsWay.data).to.include({ total_rows: 42, accepted: 40, rejected: 2 });
    const error = JSON.stringify({ code: 'host_refused', message: 'Nobody listens there.' });
    await pool.query(
      "UPDATE ingress_job SET status = 'failed', error = ?, accepted = 40, rejected = 2, completed_at = NOW(3) WHERE id = ?",
      [error, id],
    );
    expect((await get('', uuidText(id))).data).to.include({
      error_message: 'Nobody listens there.',
      job_status: 'failed',
    });
  });

  it('has nothing of another account, and nothing where nothing is', async () => {
    const other = await server.anotherAccount();
    const options = { key: other.key, accountId: other.account.uid };
    const theirs = await server.call('GET', `/ingress/interactions/batch/${jobId}`, options);
    expect(theirs.code).to.equal('NOT_FOUND');
    for (const id of ['019a9f3c-0000-7000-8000-000000000000', 'no-uuid', '0'])
      expect((await get('', id)).code).to.equal('NOT_FOUND');
  });
});
