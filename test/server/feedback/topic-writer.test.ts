import { expect } from 'chai';
import { TopicWriter } from '../../../server/feedback/topic-writer.ts';
import type { Cluster, OutgoingEvent } from '../../../server/kafka/cluster.ts';
import { AppError, type ErrorCode } from '../../../shared/error.ts';

const events: OutgoingEvent[] = Array.from({ length: 8 }, (_, i) => ({ key: String(i), value: Buffer.from('{}') }));

/** How many events each request held, where all are refused with this code. */
async function requestsAfter(code: ErrorCode): Promise<number[]> {
  const sizes: number[] = [];
  const send = (_topic: string, portion: readonly OutgoingEvent[]) => {
    sizes.push(portion.length);
    return Promise.reject(new AppError(code, 'refused'));
  };
  const producer = { send, stop: () => Promise.resolve() };
  const cluster = { produce: () => Promise.resolve(producer) } as unknown as Cluster;
  const failures = await new TopicWriter(cluster, 'results').write(events);
  expect(failures.size).to.equal(events.length);
  return sizes;
}

describe('what a results topic did not take', () => {
  it('is not sent in halves where no event is to blame, because others of the request may be written', async () => {
    for (const code of ['connection_lost', 'host_timeout', 'path_missing', 'protocol_error'] as const)
      expect(await requestsAfter(code), code).to.deep.equal([events.length]);
  });

  it('is sent in halves where an event may be to blame', async () => {
    expect(await requestsAfter('forbidden')).to.deep.equal([8, 4, 2, 1, 1, 2, 1, 1, 4, 2, 1, 1, 2, 1, 1]);
  });
});
