import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { getAccountsById } from '../../../../server/accounts/account.ts';
import type { ApiCall } from '../../../../server/api/endpoint.ts';
import { ingestBatch } from '../../../../server/api/endpoints/ingest-batch.ts';
import { ingestInteraction } from '../../../../server/api/endpoints/ingest-interaction.ts';
import { openReceiver } from '../../../../server/pipeline/receive/receive.ts';
import { type ApiServer, apiServer } from '../../../harness/api.ts';

const one = '/ingress/interactions';
const batch = '/ingress/interactions/batch';
const item = (id: string, more: object = {}) => ({
  external_interaction_id: id,
  channel_type: 'CHAT',
  transcript_text: 'Agent: hello',
  ...more,
});

describe('POST /ingress/interactions', () => {
  let api: ApiServer;

  before(async () => {
    api = await apiServer();
  });
  after(() => api.close());

  async function count(table: string): Promise<number> {
    const [rows] = await api.services.database.pool.query<RowDataPacket[]>(
      `SELECT COUNT(*) AS n FROM ${table} WHERE account_id = ?`,
      [api.account.id],
    );
    return rows[0]?.n;
  }

  it('answers 201 as the contract has it, and the interaction is there', async () => {
    const { status, json } = await api.call('POST', one, { body: item('first') });
    expect(status).to.equal(201);
    expect(json).to.deep.include({ status: 201, message: 'Queued for processing' });
    expect(json.data).to.deep.include({ external_interaction_id: 'first', status: 'queued' });
    expect((json.data as { interaction_id: string }).interaction_id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('answers 409 DUPLICATE to an id that is there', async () => {
    await api.call('POST', one, { body: item('again') });
    const { status, code, message } = await api.call('POST', one, { body: item('again', { source: 'other' }) });
    expect([status, code]).to.deep.equal([409, 'DUPLICATE']);
    expect(message).to.include('"again"');
  });

  it('answers 400 VALIDATION_ERROR with the words of the contract, and stores nothing', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 1]));
    const before = await count('interaction');
    const { status, code, message } = await api.call('POST', one, { body: item('wide', { metadata }) });
    expect([status, code, message]).to.deep.equal([400, 'VALIDATION_ERROR', 'metadata must not exceed 50 keys']);
    expect(await count('interaction')).to.equal(before);
  });

  it('answers 202 to a batch without a word of rejection when all of it is good', async () => {
    const { status, json } = await api.call('POST', batch, { body: { interactions: [item('b-1'), item('b-2')] } });
    expect(status).to.equal(202);
    expect(json).not.to.have.property('message');
    expect(json.data).to.have.all.keys('id', 'type', 'status');
    expect(json.data).to.include({ type: 'batch', status: 'pending' });
  });

  it('takes the good ones of a batch and says of the others what is wrong', async () => {
    const interactions = [
      item('p-1'),
      item('p-2', { duration_seconds: 'long' }),
      5,
      item('p-1'),
      { channel_type: 'X' },
    ];
    const { status, json } = await api.call<Record<string, unknown>>('POST', batch, { body: { interactions } });
    expect(status).to.equal(202);
    expect(json.message).to.equal('1 of 5 interactions are stored; 4 were rejected');
    expect(json.data).to.include({ accepted: 1, rejected: 4 });
    const errors = json.data.errors as { line: number; reason: string; external_interaction_id: string | null }[];
    expect(errors.map(({ line, external_interaction_id: id }) => [line, id])).to.deep.equal([
      [2, 'p-2'],
      [3, null],
      [4, 'p-1'],
      [5, null],
    ]);
    expect(errors[0]?.reason).to.equal('duration_seconds must be a whole number of seconds');
  });

  it('words little of a batch that is nothing but unknown fields', async () => {
    const unknown = (length: number) => Object.fromEntries(Array.from({ length }, (_, n) => [`sourc${n}`, 'x']));
    const told = async (interactions: object[]) => {
      const { status, json } = await api.call<{ errors: { reason: string }[] }>('POST', batch, {
        body: { interactions },
      });
      expect(status).to.equal(202);
      return json.data.errors.map(({ reason }) => reason);
    };
    const wide = await told(Array.from({ length: 100 }, () => unknown(2000)));
    expect(new Set(wide)).to.deep.equal(new Set(['The body must not exceed 200 keys']));
    const many = await told(Array.from({ length: 100 }, () => unknown(200)));
    expect(many.join().split('did you mean').length - 1).to.be.within(1, 50);
    expect(many[0]).to.match(/; and \d+ more$/);
  });

  it('refuses a whole batch for one transcript over the limit, and leaves no job', async () => {
    const jobs = await count('ingress_job');
    const interactions = [item('t-1'), item('t-2', { transcript_text: 'x'.repeat(102_401) })];
    const { status, code, message } = await api.call('POST', batch, { body: { interactions } });
    expect([status, code]).to.deep.equal([400, 'VALIDATION_ERROR']);
    expect(message).to.include('interactions.1.transcript_text must not exceed 102,400 bytes');
    expect(await count('ingress_job')).to.equal(jobs);
  });

  it('answers a call that is made again, because its server died after the commit, with what was stored then', async () => {
    const interactions = [item('r-1'), item('r-2', { channel_type: '' })];
    const { json: first } = await api.call<{ id: string }>('POST', batch, { body: { interactions } });
    const again = await ingestBatch.handle(await resumed({ interactions }));
    expect(again?.data).to.deep.equal(first.data);
    const alone = await api.call<{ interaction_id: string }>('POST', one, { body: item('r-3') });
    const repeated = await ingestInteraction.handle(await resumed(item('r-3')));
    expect(repeated?.data.interaction_id).to.equal(alone.data.interaction_id);
  });

  async function resumed(body: unknown): Promise<ApiCall> {
    const { services } = api;
    const [account] = await getAccountsById(services, [api.account.id]);
    const receiver = openReceiver(services);
    return { services, receiver, account, body, resumedFrom: new Date(Date.now() - 60_000) } as unknown as ApiCall;
  }

  for (const [what, interactions] of [
    ['no item', []],
    ['101 items', Array.from({ length: 101 }, (_, index) => item(`many-${index}`))],
    ['no list', 'x'],
  ] as const)
    it(`refuses a batch of ${what}`, async () => {
      const { status, code, message } = await api.call('POST', batch, { body: { interactions } });
      expect([status, code]).to.deep.equal([400, 'VALIDATION_ERROR']);
      expect(message).to.match(/^interactions /);
    });
});
