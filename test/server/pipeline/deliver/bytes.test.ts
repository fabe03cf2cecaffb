import { expect } from 'chai';
import { DeliveredBytes } from '../../../../server/pipeline/deliver/bytes.ts';
import type { ExecutionRun } from '../../../../server/pipeline/run.ts';

async function* pieces(...sizes: number[]) {
  for (const size of sizes) yield new Uint8Array(size);
}

describe('the bytes of a delivery', () => {
  it('count as they pass, and those of an attempt that failed do not', async () => {
    const told: (number | undefined)[] = [];
    const run = { progress: ({ bytesDone }) => void told.push(bytesDone) } as Pick<ExecutionRun, 'progress'>;
    const bytes = new DeliveredBytes(run as ExecutionRun, 10);
    const read = async (content: AsyncIterable<Uint8Array>) => {
      for await (const _ of content);
    };
    const lost = bytes.delivery(10);
    await read(lost.sending(pieces(4, 5)));
    lost.failed();
    const next = bytes.delivery(10);
    await read(next.sending(pieces(3, 7)));
    next.arrived();
    expect(told).to.deep.equal([0, 4, 9, 0, 3, 10, 10]);
  });
});
