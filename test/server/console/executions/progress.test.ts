import { createTRPCClient, httpSubscriptionLink } from '@trpc/client';
import { expect } from 'chai';
import { EventSource } from 'eventsource';
import { parseUuid } from '../../../../db/uuid.ts';
import type { ExecutionProgress } from '../../../../server/console/executions/progress.ts';
import type { Router } from '../../../../server/console/router.ts';
import { eventually } from '../../../harness/eventually.ts';
import { testAccount } from '../../../harness/services.ts';
import { type Door, openDoor, signedInAs } from '../../web/door.ts';
import { makeBelongings } from '../belongings.ts';

describe('the progress of an execution in the console', () => {
  let door: Door;
  before(async () => {
    door = await openDoor();
  });
  after(() => door.close());

  /** Follows as the console does. */
  function follow(token: string, id: string) {
    const told: ExecutionProgress[] = [];
    const errors: string[] = [];
    let isComplete = false;
    const withBearer = (url: string | URL, init?: object) =>
      fetch(url, { ...init, headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` } });
    const link = httpSubscriptionLink<Router, typeof EventSource>({
      url: `${door.url}/trpc`,
      EventSource,
      eventSourceOptions: () => ({ fetch: withBearer }),
    });
    const stream = createTRPCClient<Router>({ links: [link] }).executions.progress.subscribe(
      { id },
      {
        onData: (data) => told.push(data as ExecutionProgress),
        onError: (error) => errors.push(String(error.data?.code)),
        onComplete: () => {
          isComplete = true;
        },
      },
    );
    return { told, errors, isComplete: () => isComplete, stop: () => stream.unsubscribe() };
  }

  it('is told as it goes on, with rate and time left, to its end', async () => {
    const account = await testAccount(door.services);
    const own = await makeBelongings(door.services, account.id);
    const { token } = await signedInAs(door.services, account.id, 'admin');
    const id = parseUuid(own.execution);
    const set = (values: object) =>
      door.services.database.pool.query('UPDATE execution SET ? WHERE id = ?', [values, id]);
    await set({ status: 'processing', items_listed: 4, items_done: 1, bytes_expected: 100_000 });
    const followed = follow(token, own.execution);
    const first = await eventually('the first word', () => followed.told[0]);
    expect(first).to.deep.include({
      ...{ status: 'processing', cancel_requested: false, step: null, last_log_id: 0 },
      items: { listed: 4, done: 1, unchanged: 0, waiting: 0, failed: 0 },
      ...{ bytes_expected: 100_000, bytes_per_second: null, rows_per_second: null, seconds_left: null },
    });
    await set({ rows_listed: 5_000, rows_imported: 5_000, bytes_read: 60_000, bytes_done: 50_000, items_done: 2 });
    const second = await eventually('a rate', () => followed.told.find(({ rows_per_second }) => rows_per_second));
    expect(second.counts).to.deep.include({ listed: 5_000, imported: 5_000 });
    expect(second.rows_per_second).to.be.greaterThan(0);
    expect(second.seconds_left).to.be.greaterThan(0);

    await door.services.database.pool.query(
      "INSERT INTO execution_log (execution_id, level, message) VALUES (?, 'info', 'Found it.')",
      [id],
    );
    const third = await eventually('the log', () => followed.told.find(({ last_log_id }) => last_log_id > 0));
    const { lines } = (await door.query('executions.log', { id: own.execution }, { token })).data as {
      lines: { id: number; message: string }[];
    };
    expect(lines).to.deep.include.members([{ ...lines[0], id: third.last_log_id, message: 'Found it.' }]);
    const later = await door.query('executions.log', { id: own.execution, after: third.last_log_id }, { token });
    expect(later.data).to.deep.equal({ lines: [] });

    await set({ status: 'success', ended_at: new Date() });
    await eventually('the end', () => followed.told.at(-1)?.status === 'success');
    followed.stop();
    expect(followed.errors).to.deep.equal([]);
  });

  it('ends for somebody who is no admin any more', async () => {
    const account = await testAccount(door.services);
    const own = await makeBelongings(door.services, account.id);
    const { id, token } = await signedInAs(door.services, account.id, 'admin');
    const { pool } = door.services.database;
    await pool.query("UPDATE execution SET status = 'processing' WHERE id = ?", [parseUuid(own.execution)]);
    const followed = follow(token, own.execution);
    await eventually('the first word', () => followed.told[0]);
    await pool.query("UPDATE user SET role = 'agent' WHERE id = ?", [id]);
    await eventually('the refusal', () => followed.errors.includes('forbidden'));
    followed.stop();
  });
});
