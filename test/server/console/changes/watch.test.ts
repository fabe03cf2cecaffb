import { createTRPCClient, httpSubscriptionLink } from '@trpc/client';
import { expect } from 'chai';
import { EventSource } from 'eventsource';
import { newId, parseUuid, uuidText } from '../../../../db/uuid.ts';
import { setConnectorEnabled } from '../../../../server/configuration/connectors.ts';
import type { Change } from '../../../../server/console/changes/feed.ts';
import type { Router } from '../../../../server/console/router.ts';
import { eventually } from '../../../harness/eventually.ts';
import { testAccount } from '../../../harness/services.ts';
import { type Door, openDoor, signedInAs } from '../../web/door.ts';
import { announced } from '../../webhooks/deliveries.ts';
import { type Belongings, makeBelongings } from '../belongings.ts';
import { addReader } from '../streams.ts';

describe('the stream of changes', () => {
  let door: Door;
  let account: { id: number; uid: string };
  let own: Belongings;
  const streams: { unsubscribe(): void }[] = [];

  before(async () => {
    door = await openDoor();
    account = await testAccount(door.services);
    own = await makeBelongings(door.services, account.id);
  });
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.unsubscribe();
  });
  after(() => door.close());

  /** Follows as the console does: from the moment when the stream says that each change will be told. */
  async function follow(token: string) {
    const changes: Change[] = [];
    const errors: string[] = [];
    const withBearer = (url: string | URL, init?: object) =>
      fetch(url, { ...init, headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` } });
    const link = httpSubscriptionLink<Router, typeof EventSource>({
      url: `${door.url}/trpc`,
      EventSource,
      eventSourceOptions: () => ({ fetch: withBearer }),
    });
    let hasBegun = false;
    streams.push(
      createTRPCClient<Router>({ links: [link] }).changes.watch.subscribe(undefined, {
        onData: (change) => {
          if (change.topic === 'everything') hasBegun = true;
          else changes.push(change);
        },
        onError: (error) => errors.push(String(error.data?.code)),
      }),
    );
    await eventually('followed', () => hasBegun || errors.length > 0);
    return { changes, errors, topics: () => new Set(changes.map(({ topic }) => topic)) };
  }

  const sql = (text: string, values: unknown[]) => door.services.database.pool.query(text, values);
  let scores = 0;
  const completeAnalysis = () =>
    sql(
      "INSERT INTO analysis (id, account_id, interaction_id, profile_id, profile_version, execution_id, occurred_at, status, completed_at) VALUES (?, ?, ?, ?, 1, ?, NOW(3), 'completed', NOW(3))",
      [newId(), account.id, parseUuid(own.interaction), ++scores, newId()],
    );
  const addExecution = (id: Buffer, status = 'pending') =>
    sql(
      "INSERT INTO execution (id, account_id, job_id, job_name, type, connector_names, trigger_kind, status) VALUES (?, ?, 99, 'x', 'data_import', '[]', 'manual', ?)",
      [id, account.id, status],
    );

  /** Waits until all that was so far has been told: by the look after one that began later, as it reads topic by topic. */
  async function looked(changes: Change[]): Promise<void> {
    for (const id of [newId(), newId()]) {
      await addExecution(id);
      await eventually('looked', () => changes.some((change) => change.id === uuidText(id)));
    }
  }

  it('tells an admin of executions, connectors and analyses as they change', async () => {
    const { token } = await signedInAs(door.services, account.id, 'admin');
    const { changes, topics } = await follow(token);
    await setConnectorEnabled(door.services, account.id, own.connector, false);
    await eventually('told', () => topics().has('connectors'));
    expect(changes.find(({ topic }) => topic === 'connectors')?.id).to.equal(own.connector);
    await completeAnalysis();
    await eventually('told', () => topics().has('analyses'));
    await sql("UPDATE execution SET status = 'processing' WHERE id = ?", [parseUuid(own.execution)]);
    await eventually('told', () =>
      changes.some(({ id, version }) => id === own.execution && /^processing/.test(version)),
    );
    await sql("UPDATE execution SET status = 'success', created_at = NOW(3) - INTERVAL 1 DAY WHERE id = ?", [
      parseUuid(own.execution),
    ]);
    await eventually('told', () => changes.some(({ id, version }) => id === own.execution && /^success/.test(version)));
  });

  it('tells of an execution that began and ended between two looks', async () => {
    const { token } = await signedInAs(door.services, account.id, 'admin');
    const { changes } = await follow(token);
    const id = newId();
    await addExecution(id, 'success');
    await eventually('told', () =>
      changes.some((change) => change.id === uuidText(id) && /^success/.test(change.version)),
    );
  });

  it('tells of webhooks: that one waits, how often it was tried, that it ended, and that it was sent again', async () => {
    const { token } = await signedInAs(door.services, account.id, 'admin');
    const { changes } = await follow(token);
    const webhooks = () => changes.filter(({ topic }) => topic === 'webhooks').length;
    const old = await announced(door.services, account.id, 'https://hooks.example.test/a');
    await announced(door.services, account.id, 'https://hooks.example.test/a');
    await eventually('told that they wait', () => webhooks() > 0);
    for (const change of [
      "attempts = 1, history = '[{}]'",
      "state = 'failed', ended_at = NOW(3)",
      // Sent again and failed again between two looks: only the time of its end is another.
      'ended_at = ended_at + INTERVAL 1 SECOND',
      "state = 'pending', attempts = 0, ended_at = NULL",
    ]) {
      await looked(changes);
      const before = webhooks();
      await sql(`UPDATE webhook_delivery SET ${change} WHERE id = ?`, [old]);
      await eventually(`told of ${change}`, () => webhooks() > before);
    }
  });

  it('tells of streams as their figures change, and nothing while they stay', async () => {
    const { token } = await signedInAs(door.services, account.id, 'admin');
    const { changes } = await follow(token);
    const streams = () => changes.filter(({ topic }) => topic === 'streams').length;
    await addReader(door.services, account.id, 77, { state: 'following', silentSeconds: -3600 });
    await eventually('told that one reads', () => streams() > 0);
    await looked(changes);
    const read = streams();
    await sql('UPDATE stream_reader SET `lag` = 7 WHERE account_id = ?', [account.id]);
    await eventually('told of the lag', () => streams() > read);
    await looked(changes);
    const before = streams();
    await sql('UPDATE stream_reader SET seen_at = seen_at + INTERVAL 1 SECOND WHERE account_id = ?', [account.id]);
    await looked(changes);
    expect(streams()).to.equal(before);
    await sql('DELETE FROM stream_reader WHERE account_id = ?', [account.id]);
    await eventually('told that nobody reads', () => streams() > before);
  });

  it("tells everybody of analyses, nobody but admins of the rest, and nobody of another account's", async () => {
    const agent = await follow((await signedInAs(door.services, account.id, 'agent')).token);
    const foreign = await testAccount(door.services);
    const stranger = await follow((await signedInAs(door.services, foreign.id, 'admin')).token);
    const admin = await follow((await signedInAs(door.services, account.id, 'admin')).token);
    await setConnectorEnabled(door.services, account.id, own.connector, true);
    await completeAnalysis();
    await looked(admin.changes);
    await eventually('told', () => agent.topics().has('analyses'));
    expect([...agent.topics()]).to.deep.equal(['analyses']);
    expect(stranger.changes).to.deep.equal([]);
  });

  it('tells whoever asked for an export how it goes, and nobody else but admins', async () => {
    const [one, other] = await Promise.all(
      [0, 1].map(async () => {
        const agent = await signedInAs(door.services, account.id, 'agent');
        return { id: agent.id, ...(await follow(agent.token)) };
      }),
    );
    const asked = newId();
    await sql(
      "INSERT INTO execution (id, account_id, job_name, type, connector_names, trigger_kind, requested_by) VALUES (?, ?, 'x', 'data_export', '[]', 'manual', ?)",
      [asked, account.id, one?.id],
    );
    await eventually('told', () => one?.topics().has('executions'));
    await completeAnalysis();
    await eventually('told', () => other?.topics().has('analyses'));
    const told = one?.changes.filter(({ topic }) => topic === 'executions') ?? [];
    expect(new Set(told.map(({ id }) => parseUuid(id)?.equals(asked)))).to.deep.equal(new Set([true]));
    expect(Object.keys(told[0] ?? {})).to.have.members(['topic', 'id', 'version']);
    expect(other?.topics().has('executions')).to.equal(false);
    await sql("UPDATE execution SET status = 'success' WHERE id = ?", [asked]);
    await eventually('told of the end', () => one?.changes.some(({ version }) => /^success/.test(version)));
  });

  it('tells an admin who is none any more only what everybody is told, in the stream that is open', async () => {
    const admin = await signedInAs(door.services, account.id, 'admin');
    const { changes, topics } = await follow(admin.token);
    const change = async () => {
      await sql(
        "INSERT INTO execution (id, account_id, job_name, type, connector_names, trigger_kind) VALUES (?, ?, 'x', 'data_export', '[]', 'manual')",
        [newId(), account.id],
      );
      await completeAnalysis();
    };
    await change();
    await eventually('told', () => topics().has('executions'));
    await sql("UPDATE user SET role = 'agent' WHERE id = ?", [admin.id]);
    await eventually('the role is looked at', async () => {
      changes.length = 0;
      // By the second, what the look that told of the first may have missed has come.
      for (const told of [1, 2]) {
        await change();
        await eventually('told', () => changes.filter(({ topic }) => topic === 'analyses').length >= told);
      }
      return !topics().has('executions');
    });
  });

  it('is refused without a session', async () => {
    expect((await follow('nonsense')).errors).to.deep.equal(['unauthorized']);
  });
});
