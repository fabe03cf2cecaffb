import { expect } from 'chai';
import fc from 'fast-check';
import { converse, frames } from '../../../../server/analysis/metrics/conversation.ts';
import { type Segment, segmentsOf } from '../../../../server/analysis/metrics/segments.ts';

const frameCount = 3000;
const deadAirFrames = 150;

/** Seconds as segments. */
const at = (...spans: [number, number][]): Segment[] =>
  spans.map(([from, to]) => ({ from: Math.round(from * 50), to: Math.round(to * 50) }));

const talk = fc.array(fc.boolean(), { minLength: 1, maxLength: 400 }).map((active) => segmentsOf(active.map(Number)));

describe('segmentsOf', () => {
  it('merges gaps up to 200 ms, then drops what is shorter than 100 ms', () => {
    const frame = (from: number, to: number) => Array.from({ length: 60 }, (_, i) => Number(i >= from && i < to));
    const or = (...lists: number[][]) => frame(0, 0).map((_, i) => Math.max(...lists.map((list) => list[i] ?? 0)));
    expect(segmentsOf(or(frame(5, 10), frame(20, 25)))).to.deep.equal([{ from: 5, to: 25 }]);
    expect(segmentsOf(or(frame(5, 10), frame(21, 26)))).to.have.length(2);
    expect(segmentsOf(or(frame(5, 9), frame(30, 35)))).to.deep.equal([{ from: 30, to: 35 }]);
  });
});

describe('converse', () => {
  it('keeps talk + talk − overlap + silence = duration, to the frame, whoever speaks when', () => {
    fc.assert(
      fc.property(talk, talk, (a, b) => {
        const found = converse([a, b], 400, 20);
        expect(found.talk[0] + found.talk[1] - frames(found.overlap) + found.silence).to.equal(400);
        expect(frames(found.deadAir)).to.be.at.most(found.silence);
      }),
    );
  });

  it('is the same conversation with the parties exchanged', () => {
    fc.assert(
      fc.property(talk, talk, (a, b) => {
        const [one, other] = [converse([a, b], 400, 20), converse([b, a], 400, 20)];
        expect(other.interruptions).to.deep.equal(one.interruptions.toReversed());
        expect(other.overlap).to.deep.equal(one.overlap);
        expect(other.deadAir).to.deep.equal(one.deadAir);
      }),
    );
  });

  it('counts dead air between the first and the last word only, from the limit on', () => {
    const found = converse([at([10, 20], [23, 25], [27.98, 30]), []], frameCount, deadAirFrames);
    expect(found.deadAir).to.deep.equal(at([20, 23]));
    expect(found.silence).to.equal(frameCount - 14.02 * 50);
  });

  it('counts as interruption only what takes the word from somebody', () => {
    const count = (a: [number, number], b: [number, number]) =>
      converse([at(a), at(b)], frameCount, deadAirFrames).interruptions;
    expect(count([0, 5], [4, 8])).to.deep.equal([0, 1]);
    expect(count([4, 8], [0, 5])).to.deep.equal([1, 0]);
    expect(count([0, 5], [4, 4.9]), 'the first goes on').to.deep.equal([0, 0]);
    expect(count([0, 5], [4.8, 8]), 'an overlap of 200 ms').to.deep.equal([0, 0]);
    expect(count([0, 1.5], [0.9, 4]), 'the first had just begun').to.deep.equal([0, 0]);
    expect(count([0, 4.4], [4, 4.9]), 'uh-huh').to.deep.equal([0, 0]);
  });

  it('measures a response from one end to the next start, without overlapped starts', () => {
    const found = converse([at([0, 2], [6, 8], [20, 21]), at([3, 5.5], [7.5, 10], [10.5, 12])], frameCount, 150);
    expect(found.responses).to.deep.equal([50, 25, 400]);
  });
});
