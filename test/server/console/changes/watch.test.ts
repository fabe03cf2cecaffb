import { createTRPCClient, httpSubscriptionLink } from '@trpc/client';
import { expect } from 'chai';
import { EventSource } from 'eventsource';
import { newId, parseUuid } from '../../../../db/uuid.ts';
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

  /** Follows as the console does, and waits until the feed has looked once. */
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
    let isStarted = false;
    streams.push(
      createTRPCClient<Router>({ links: [link] }).changes.watch.subscribe(undefined, {
        onStarted: () => {
          isStarted = true;
        },
        onData: (change) => changes.push(change),
        onError: (error) => errors.push(String(error.data?.code)),
      }),
    );
    await eventually('followed', () => isStarted || errors.length > 0);
    return { changes, errors, topics: () => new Set(changes.map(({ topic }) => topic)) };
  }

  const sql = (text: string, values: unknown[]) => door.services.database.pool.query(text, values);
  let scores = 0;
  const completeAnalysis = () =>
    sql(
      "INSERT INTO analysis (id, account_id, interaction_id, profile_id, profile_version, execution_id, occurred_at, status, completed_at) VALUES (?, ?, ?, ?, 1, ?, NOW(3), 'completed', NOW(3))",
      [newId(), account.id, parseUuid(own.interaction), ++scores, newId()],
    );
  /** Touches everything until the follower has heard of it: the first look is what later ones are compared with. */
  async function untilHeard(heard: () => boolean, change: () => Promise<unknown>): Promise<void> {
    await eventually('heard', async () => {
      if (!heard()) await change();
      return heard();
    });
  }

  /** The count once two looks in a row had nothing to tell. */
  async function quietCount(count: () => number): Promise<number> {
    let known = count();
    let since = performance.now();
    await eventually('quiet', () => {
      if (count() !== known) since = performance.now();
      known = count();
      return performance.now() - since > 2_500;
    });
    return known;
  }

  it('tells an admin of executions, connectors and analyses as they change', async () => {
    const { token } = await signedInAs(door.services, account.id, 'admin');
    const { changes, topics } = await follow(token);
    let enabled = true;
    await untilHeard(
      () => topics().has('connectors'),
      async () => {
        enabled = !enabled;
        await setConnectorEnabled(door.services, account.id, own.connector, enabled);
      },
    );
    expect(changes.find(({ topic }) => topic === 'connectors')?.id).to.equal(own.connector);
    await untilHeard(() => topics().has('analyses'), completeAnalysis);
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
    const { changes, topics } = await follow(token);
    await untilHeard(() => topics().has('analyses'), completeAnalysis);
    const id = newId();
    await sql(
      "INSERT INTO execution (id, account_id, job_id, job_name, type, connector_names, trigger_kind, status) VALUES (?, ?, 99, 'x', 'data_import', '[]', 'manual', 'success')",
      [id, account.id],
    );
    await eventually('told', () =>
      changes.some(({ topic, version }) => topic === 'executions' && /^success/.test(version)),
    );
  });

  it('tells of webhooks: that one waits, how often it was tried, that it ended, and that it was sent again', async () => {
    const { token } = await signedInAs(door.services, account.id, 'admin');
    const { changes } = await follow(token);
    const webhooks = () => changes.filter(({ topic }) => topic === 'webhooks').length;
    await untilHeard(
      () => webhooks() > 0,
      () => announced(door.services, account.id, 'https://hooks.example.test/a'),
    );
    const old = await announced(door.services, account.id, 'https://hooks.example.test/a');
    await announced(door.services, account.id, 'https://hooks.example.test/a');
    await eventually('told', () => webhooks() > 1);
    for (const change of [
      "attempts = 1, history = '[{}]'",
      "state = 'failed', ended_at = NOW(3)",
      // Sent again and failed again between two looks: only the time of its end is another.
      'ended_at = ended_at + INTERVAL 1 SECOND',
      "state = 'pending', attempts = 0, ended_at = NULL",
    ]) {
      const before = await quietCount(webhooks);
      await sql(`UPDATE webhook_delivery SET ${change} WHERE id = ?`, [old]);
      await eventually(`told of ${change}`, () => webhooks() > before);
    }
  });

  it('tells of streams as their figures change, and nothing while they stay', async () => {
    const { token } = await signedInAs(door.services, account.id, 'admin');
    const { changes } = await follow(token);
    const streams = () => changes.filter(({ topic }) => topic === 'streams').length;
    let lag = 0;
    const say = () => sql('UPDATE stream_reader SET `lag` = ? WHERE account_id = ?', [++lag, account.id]);
    await addReader(door.services, account.id, 77, { state: 'following', silentSeconds: -3600 });
    await untilHeard(() => streams() > 0, say);
    const before = await quietCount(streams);
    await sql('UPDATE stream_reader SET seen_at = seen_at + INTERVAL 1 SECOND WHERE account_id = ?', [account.id]);
    expect(await quietCount(streams)).to.equal(before);
    await sql('DELETE FROM stream_reader WHERE account_id = ?', [account.id]);
    await eventually('told that nobody reads', () => streams() > before);
  });

  it("tells everybody of analyses, nobody but admins of the rest, and nobody of another account's", async () => {
    const agent = await follow((await signedInAs(door.services, account.id, 'agent')).token);
    const foreign = await testAccount(door.services);
    const stranger = await follow((await signedInAs(door.services, foreign.id, 'admin')).token);
    let enabled = true;
    await untilHeard(
      () => agent.topics().has('analyses'),
      async () => {
        enabled = !enabled;
        await setConnectorEnabled(door.services, account.id, own.connector, enabled);
        await completeAnalysis();
      },
    );
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
    let rows = 0;
    await untilHeard(
      () => one?.topics().has('executions') === true && other?.topics().has('analyses') === true,
      async () => {
        await sql('UPDATE execution SET rows_listed = ? WHERE id = ?', [++rows, asked]);
        await completeAnalysis();
      },
    );
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
    await untilHeard(() => topics().has('executions'), change);
    await sql("UPDATE user SET role = 'agent' WHERE id = ?", [admin.id]);
    await eventually('the role is looked at', async () => {
      changes.length = 0;
      // By the third look, what the first two found has come.
      await untilHeard(() => changes.filter(({ topic }) => topic === 'analyses').length >= 3, change);
      return !topics().has('executions');
    });
  });

  it('is refused without a session', async () => {
    expect((await follow('nonsense')).errors).to.deep.equal(['unauthorized']);
  });
});
