import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { newId, uuidText } from '../../../../db/uuid.ts';
import type { BatchItem } from '../../../../server/pipeline/receive/batch.ts';
import { openReceiver, type Receiver } from '../../../../server/pipeline/receive/receive.ts';
import type { Interaction } from '../../../../server/rows/validate/interaction.ts';
import type { Services } from '../../../../server/services.ts';
import type { AppError } from '../../../../shared/error.ts';
import { eventually } from '../../../harness/eventually.ts';
import { holdInteractions } from '../../../harness/held-interactions.ts';
import { testAccount, testServices } from '../../../harness/services.ts';

const message = 'Daily conversation cap exceeded: 5/5';

describe('receiving interactions', () => {
  let services: Services;
  let receiver: Receiver;
  let accountId: number;
  let wakes: () => number;

  before(async () => {
    services = await testServices();
  });
  beforeEach(async () => {
    ({ id: accountId } = await testAccount(services));
    let count = 0;
    wakes = () => count;
    receiver = openReceiver(services, { wake: () => void count++ });
  });
  after(() => services.close());

  async function rows<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
    const [found] = await services.database.pool.query<RowDataPacket[]>(sql, values);
    return found as Row[];
  }

  async function count(table: string): Promise<number> {
    const [row] = await rows<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table} WHERE account_id = ?`, accountId);
    return row?.n ?? -1;
  }

  it('stores 64 at once, each under the id that was answered, without an execution or a connector', async () => {
    const list = many(64);
    const ids = await Promise.all(list.map((interaction) => receiver.one(accountId, interaction)));
    const stored = await rows<{ id: Buffer; external_id: Buffer; connector_id: number; source_item_id: number }>(
      'SELECT id, external_id, connector_id, source_item_id FROM interaction WHERE account_id = ?',
      accountId,
    );
    const byId = new Map(stored.map((row) => [uuidText(row.id), row]));
    for (const [index, id] of ids.entries()) {
      const row = byId.get(uuidText(id));
      expect(row?.external_id.toString()).to.equal(list[index]?.externalId);
      expect(row).to.include({ connector_id: 0, source_item_id: 0 });
    }
    expect(stored).to.have.length(64);
  });

  it('takes exactly one of those that race with the same id, whichever program they come through', async () => {
    const other = openReceiver(services);
    const racing = Array.from({ length: 64 }, (_, index) => ({
      ...interaction(`race-${index % 8}`),
      source: `${index}`,
    }));
    const results = await Promise.allSettled(
      racing.map((each, index) => (index % 2 ? receiver : other).one(accountId, each)),
    );
    const accepted = results.filter(({ status }) => status === 'fulfilled');
    const codes = results.flatMap((result) => (result.status === 'rejected' ? [(result.reason as AppError).code] : []));
    expect(accepted).to.have.length(8);
    expect(new Set(codes)).to.deep.equal(new Set(['duplicate']));
    expect(await count('interaction')).to.equal(8);
    expect(await count('work')).to.equal(8);
  });

  it('does not fail the others of a group for one that the database cannot store', async () => {
    const poison = { ...interaction('poison'), channelType: 'x'.repeat(40) };
    const results = await Promise.allSettled(
      [interaction('a'), poison, interaction('b'), interaction('a')].map((each) => receiver.one(accountId, each)),
    );
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(await count('interaction')).to.equal(2);
  });

  it('makes the work that follows and wakes the workers; without a rule a transcript is complete at once', async () => {
    await receiver.one(accountId, { ...interaction('told'), audioUrl: null, transcriptText: 'Agent: hello' });
    expect(wakes()).to.equal(0);
    const [told] = await rows<{ status: number; unanalysed_reason: number }>(
      'SELECT status, unanalysed_reason FROM interaction WHERE account_id = ?',
      accountId,
    );
    expect(told).to.deep.equal({ status: 2, unanalysed_reason: 0 });
    await receiver.one(accountId, interaction('heard'));
    expect(wakes()).to.equal(1);
    expect(await rows('SELECT kind FROM work WHERE account_id = ?', accountId)).to.deep.equal([{ kind: 'record' }]);
  });

  it('announces what was ingested, in the same transaction, to whom the interaction names', async () => {
    await receiver.one(accountId, { ...interaction('loud'), callbackUrl: 'https://example.com/hook' });
    const [delivery] = await rows<{ event: string; url: string; payload: string }>(
      'SELECT event, url, payload FROM webhook_delivery WHERE account_id = ?',
      accountId,
    );
    expect(delivery).to.include({ event: 'INTERACTION_INGESTED', url: 'https://example.com/hook' });
    expect(JSON.parse(delivery?.payload ?? '')).to.deep.include({
      externalInteractionId: 'loud',
      data: { status: 'INGESTED' },
    });
  });

  it('keeps a daily cap exactly while many come at once, and counts no duplicate', async () => {
    await receiver.one(accountId, interaction('before'));
    await services.database.pool.query('UPDATE account SET daily_cap = 5 WHERE id = ?', [accountId]);
    const other = openReceiver(services);
    const racing = [...many(30), interaction('before')];
    const results = await Promise.allSettled(
      racing.map((each, index) => (index % 2 ? receiver : other).one(accountId, each)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(4);
    expect(await count('interaction')).to.equal(5);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as AppError] : []));
    const capped = refused.filter(({ code }) => code === 'conversation_cap_exceeded');
    expect(new Set(capped.map((error) => error.message))).to.deep.equal(new Set([message]));
    const last = await failure(receiver.one(accountId, interaction('after')));
    expect([last.code, last.message]).to.deep.equal(['conversation_cap_exceeded', message]);
    expect((await failure(receiver.one(accountId, interaction('before')))).code).to.equal('duplicate');
  });

  it('names the week and the month whose cap is reached', async () => {
    await services.database.pool.query('UPDATE account SET weekly_cap = 1 WHERE id = ?', [accountId]);
    await receiver.one(accountId, interaction('one'));
    const weekly = await failure(receiver.one(accountId, interaction('two')));
    expect(weekly.message).to.equal('Weekly conversation cap exceeded: 1/1');
    await services.database.pool.query('UPDATE account SET weekly_cap = 9, monthly_cap = 1 WHERE id = ?', [accountId]);
    const monthly = await failure(receiver.one(accountId, interaction('two')));
    expect(monthly.message).to.equal('Monthly conversation cap exceeded: 1/1');
  });

  it('stores what is good of a batch as a job that is done, and lists the rest by its place', async () => {
    await receiver.one(accountId, interaction('there'));
    const items = ['new', 'there', 'twice', 'twice'].map((id, index) => ({
      line: index + 1,
      interaction: interaction(id),
    }));
    const problem = { code: 'bad_value' as const, column: 'channel_type', reason: 'channel_type is empty' };
    const bad: BatchItem = { line: 5, problem, externalId: 'bad', raw: '{}' };
    const { jobId, ...receipt } = await receiver.batch(accountId, [...items, bad]);
    const isThere = (id: string) => `An interaction with external_interaction_id "${id}" is there already.`;
    expect(receipt).to.deep.equal({
      accepted: 2,
      rejected: 3,
      errors: [
        { line: 2, reason: isThere('there'), external_interaction_id: 'there' },
        { line: 4, reason: isThere('twice'), external_interaction_id: 'twice' },
        { line: 5, reason: 'channel_type is empty', external_interaction_id: 'bad' },
      ],
    });
    const [job] = await rows<RowDataPacket>('SELECT * FROM ingress_job WHERE id = ?', jobId);
    expect(job).to.include({ type: 'batch', status: 'completed', total_rows: 5, accepted: 2, rejected: 3 });
    expect(await rows('SELECT line FROM ingress_job_interaction WHERE job_id = ? ORDER BY line', jobId)).to.deep.equal([
      { line: 1 },
      { line: 3 },
    ]);
    expect(await rows('SELECT line, code FROM rejected_row WHERE execution_id = ? ORDER BY line', jobId)).to.deep.equal(
      [
        { line: 2, code: 'duplicate' },
        { line: 4, code: 'duplicate' },
        { line: 5, code: 'bad_value' },
      ],
    );
  });

  it('counts each id once when batches with the same ids race', async () => {
    const items = () => many(50).map((each, index) => ({ line: index + 1, interaction: each }));
    const receipts = await Promise.all(Array.from({ length: 6 }, () => receiver.batch(accountId, items())));
    expect(receipts.reduce((sum, { accepted }) => sum + accepted, 0)).to.equal(50);
    expect(receipts.reduce((sum, { rejected }) => sum + rejected, 0)).to.equal(250);
    expect(await count('interaction')).to.equal(50);
    expect(await count('ingress_job')).to.equal(6);
  });

  it('takes nothing of a batch that does not fit under the cap, and leaves no job', async () => {
    await services.database.pool.query('UPDATE account SET daily_cap = 3 WHERE id = ?', [accountId]);
    const items = many(4).map((each, index) => ({ line: index + 1, interaction: each }));
    const refused = await failure(receiver.batch(accountId, items));
    expect(refused.message).to.equal('Daily conversation cap exceeded: 0/3; 4 more do not fit');
    expect([await count('interaction'), await count('ingress_job'), await count('work')]).to.deep.equal([0, 0, 0]);
    expect((await receiver.batch(accountId, items.slice(1))).accepted).to.equal(3);
  });

  it('enters an uploaded recording with its interaction, to be analysed, and neither where the id is there', async () => {
    const id = newId();
    const recording = { storageKey: 'recordings/1', byteSize: 3, sha256: 'ab'.repeat(32), reference: 'call.wav' };
    await receiver.uploaded(accountId, { ...interaction('sent'), audioUrl: null }, recording, id);
    const [stored] = await rows<RowDataPacket>('SELECT * FROM recording WHERE interaction_id = ?', id);
    expect(stored).to.include({ state: 'here', storage_key: 'recordings/1', byte_size: 3, reference: 'call.wav' });
    expect(await rows('SELECT kind FROM work WHERE subject = ?', id)).to.deep.equal([{ kind: 'analyse' }]);
    const again = newId();
    const refused = await failure(receiver.uploaded(accountId, interaction('sent'), recording, again));
    expect(refused.code).to.equal('duplicate');
    expect(await rows('SELECT 1 FROM recording WHERE interaction_id = ?', again)).to.deep.equal([]);
  });

  it('leaves nothing of a group whose connection is lost before the commit', async () => {
    const { pool } = services.database;
    const held = await holdInteractions(pool, accountId, ['held']);
    const waiting = Promise.allSettled(['first', 'held'].map((id) => receiver.one(accountId, interaction(id))));
    const threadId = await eventually('the group waits', async () => (await held.whoWaits())[0]);
    await pool.query('KILL ?', [threadId]);
    const results = await waiting;
    await held.letGo();
    expect(results.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect([await count('interaction'), await count('work')]).to.deep.equal([0, 0]);
  });
});

async function failure(promise: Promise<unknown>): Promise<AppError> {
  try {
    await promise;
  } catch (thrown) {
    return thrown as AppError;
  }
  throw new Error('It did not fail.');
}

function many(n: number): Interaction[] {
  return Array.from({ length: n }, (_, index) => interaction(`call-${index}`));
}

function interaction(externalId: string): Interaction {
  return {
    externalId,
    channelType: 'VOICE',
    source: null,
    language: null,
    startTimeMs: null,
    durationSeconds: null,
    audioFormat: null,
    callbackUrl: null,
    piiRedacted: false,
    audioUrl: 'https://example.com/a.wav',
    transcriptUrl: null,
    transcriptText: null,
    metadata: '{}',
  };
}
