import { expect } from 'chai';
import { type ChangeFeed, openChangeFeed } from '../../../../server/console/changes/feed.ts';
import { openListener } from '../../../../server/console/changes/listener.ts';
import type { Services } from '../../../../server/services.ts';
import { AppError } from '../../../../shared/error.ts';
import { testServices } from '../../../harness/services.ts';

describe('the feed of changes', () => {
  let services: Services;
  let feed: ChangeFeed;
  before(async () => {
    services = await testServices();
    feed = openChangeFeed(services);
  });
  after(() => services.close());

  const allowed = async () => undefined;

  it('ends a stream when it is aborted, and all of them when it is closed', async () => {
    const abort = new AbortController();
    const one = feed.follow(1, { signal: abort.signal, stillAllowed: allowed });
    const other = feed.follow(1, { signal: undefined, stillAllowed: allowed });
    for (const stream of [one, other]) expect((await stream.next()).value).to.include({ topic: 'everything' });
    const next = [one.next(), other.next()] as const;
    abort.abort();
    expect((await next[0]).done).to.equal(true);
    feed.close();
    expect((await next[1]).done).to.equal(true);
  });

  it('ends a stream that is no longer allowed, with the reason', async () => {
    const refused = async () => {
      throw new AppError('unauthorized', 'Over.');
    };
    const ended = await openChangeFeed(services)
      .follow(1, { signal: undefined, stillAllowed: refused })
      .next()
      .catch((error: unknown) => error);
    expect(ended).to.be.instanceOf(AppError);
  });
});

describe('a slow follower', () => {
  it('is told the last state of each thing, once', async () => {
    const listener = openListener();
    for (let version = 0; version < 1000; version++)
      for (const id of ['a', 'b']) listener.tell({ topic: 'executions', id, version: String(version) });
    const told = [];
    for await (const change of listener.take({ signal: new AbortController().signal, timeoutMs: 1 })) told.push(change);
    expect(told.map(({ id, version }) => id + version)).to.deep.equal(['a999', 'b999']);
  });

  it('is told nothing when nothing happens in time', async () => {
    const listener = openListener();
    const told = await listener.take({ signal: new AbortController().signal, timeoutMs: 20 }).next();
    expect(told.done).to.equal(true);
  });
});
