import { expect } from 'chai';
import type { WebhookDetail, WebhookRow } from '../../../../db/queries/webhook-list.ts';
import { uuidText } from '../../../../db/uuid.ts';
import { testAccount } from '../../../harness/services.ts';
import { type Door, openDoor, signedInAs } from '../../web/door.ts';
import { announced } from '../../webhooks/deliveries.ts';

describe('webhooks in the console', () => {
  let door: Door;
  let accountId: number;
  let token: string;
  before(async () => {
    door = await openDoor();
    accountId = (await testAccount(door.services)).id;
    token = (await signedInAs(door.services, accountId, 'admin')).token;
  });
  after(() => door.close());

  const query = async <T>(path: string, input?: unknown) => (await door.query(path, input, { token })).data as T;
  const resend = (uid: string) => door.mutate('webhooks.resend', { uid }, { token });
  interface Page {
    rows: WebhookRow[];
    next_cursor: string | null;
  }

  it('are listed newest first, page by page, each once', async () => {
    const uids = [];
    for (let i = 0; i < 60; i++)
      uids.unshift(uuidText(await announced(door.services, accountId, 'https://hooks.example.test/a')));
    const first = await query<Page>('webhooks.list', {});
    const second = await query<Page>('webhooks.list', { cursor: first.next_cursor });
    expect([...first.rows, ...second.rows].map(({ uid }) => uid)).to.deep.equal(uids);
    expect(second.next_cursor).to.equal(null);
    expect(first.rows[0]).to.include({
      ...{ event: 'INTERACTION_INGESTED', url: 'https://hooks.example.test/a', state: 'pending', attempts: 0 },
      ...{ ended_at: null, last_status: null, last_error: null, external_id: 'CALL-ä' },
    });
    expect(await query<Page>('webhooks.list', { state: 'failed' })).to.deep.equal({ rows: [], next_cursor: null });
  });

  it('tell what was sent and how every attempt went, and are sent again once they have ended', async () => {
    const id = await announced(door.services, accountId, 'https://hooks.example.test/b');
    const uid = uuidText(id);
    expect((await resend(uid)).error?.data).to.include({ code: 'conflict' });
    const history = [
      { at: '2026-11-03T09:15:00.000Z', duration_ms: 10_000, error: 'It has not answered within 10 s.' },
      { at: '2026-11-03T09:15:20.000Z', duration_ms: 12, status: 404, body: 'none', error: 'It answered 404.' },
    ];
    await door.services.database.pool.query(
      "UPDATE webhook_delivery SET state = 'failed', attempts = 2, ended_at = NOW(3), history = ? WHERE id = ?",
      [JSON.stringify(history), id],
    );
    await door.services.database.pool.query('DELETE FROM work WHERE subject = ?', [id]);
    const shown = await query<WebhookDetail>('webhooks.get', { uid });
    expect(shown).to.include({ state: 'failed', attempts: 2, last_status: 404, last_error: 'It answered 404.' });
    expect(shown.history).to.deep.equal(history);
    expect(JSON.parse(shown.payload)).to.include({ deliveryId: uid });

    const wakes = door.wakes();
    expect((await resend(uid)).status).to.equal(200);
    expect(door.wakes()).to.equal(wakes + 1);
    expect(await query('webhooks.get', { uid })).to.include({ state: 'pending', attempts: 0, ended_at: null });
    const [work] = await door.services.database.pool.query('SELECT kind FROM work WHERE subject = ?', [id]);
    expect(work).to.deep.equal([{ kind: 'webhook' }]);
  });
});
