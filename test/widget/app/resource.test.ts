import { expect } from 'chai';
import { widgetModule } from '../source.ts';

/** What is read, as it is used here; its own types know a browser's, which these tests are compiled without. */
interface Resource {
  load(): Promise<void>;
  loadSoon(): void;
  hostDisconnected(): void;
}
type ResourceType = new (host: object, read: () => Promise<string>) => Resource;

const { Resource } = await widgetModule<{ Resource: ResourceType }>('app/resource.ts');

/** An element as far as data needs one: without a document. */
const host = { addController: () => undefined, requestUpdate: () => undefined };

/** How long is rested before the next reading where one took so long, by a clock that is set by hand. */
async function restAfter(tookMs: number): Promise<number | undefined> {
  const waits: (number | undefined)[] = [];
  const { setTimeout: realTimeout, performance: realClock } = globalThis;
  let now = 0;
  globalThis.performance = { now: () => now } as typeof performance;
  globalThis.setTimeout = ((_: () => void, ms?: number) => waits.push(ms)) as unknown as typeof setTimeout;
  try {
    const resource = new Resource(host, async () => {
      now += tookMs;
      return 'read';
    });
    await resource.load();
    resource.loadSoon();
    resource.hostDisconnected();
  } finally {
    globalThis.setTimeout = realTimeout;
    globalThis.performance = realClock;
  }
  return waits[0];
}

describe('data that is read again when it has changed', () => {
  it('rests between two readings for four times what the last one took', async () => {
    expect(await restAfter(1)).to.equal(250);
    expect(await restAfter(500)).to.equal(2000);
  });

  it('rests for half a minute at most, though a reading waited all night for somebody to sign in again', async () => {
    expect(await restAfter(10 * 3_600_000)).to.equal(30_000);
  });
});
