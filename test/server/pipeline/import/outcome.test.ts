import { expect } from 'chai';
import { outcomeOf, withNotes } from '../../../../server/pipeline/import/outcome.ts';
import type { ImportOutcome } from '../../../../server/pipeline/run.ts';

const outcome: ImportOutcome = {
  status: 'success',
  items: { listed: 0, done: 0, unchanged: 0, waiting: 0, failed: 0 },
  counts: { listed: 0, imported: 0, updated: 0, duplicate: 0, rejected: 0 },
};

describe('the note of an import', () => {
  const noteOf = (note: string | undefined, more: (string | undefined)[]) =>
    withNotes(note === undefined ? outcome : { ...outcome, note }, more).note;

  it('has what the counts say first, and then what else there is', () => {
    expect(noteOf('no_data', ['3 calls left out (filtered)', undefined])).to.equal(
      'no_data, 3 calls left out (filtered)',
    );
    expect(noteOf(undefined, ['3 calls left out (filtered)'])).to.equal('3 calls left out (filtered)');
    expect(withNotes(outcome, [undefined])).to.deep.equal(outcome);
  });

  it('never has more than 500 characters, and ends after a whole word', () => {
    expect(noteOf(undefined, ['x'.repeat(500)])).to.equal('x'.repeat(500));
    const long = noteOf('12 rejected', ['word '.repeat(200)]) ?? '';
    expect(long).to.match(/^12 rejected, word .* word …$/);
    expect(long.length).to.be.within(490, 500);
    expect(noteOf(undefined, ['x'.repeat(501)])).to.equal(`${'x'.repeat(498)} …`);
  });
});

describe('how an import ends', () => {
  /** By what became of its items; nothing is said of their rows. */
  const ended = (items: { done?: number; unchanged?: number; waiting?: number; failed?: number }) => {
    const { done = 0, unchanged = 0, waiting = 0, failed = 0 } = items;
    const firstFailure = failed > 0 ? ({ code: 'path_missing', message: 'It is gone.' } as const) : undefined;
    const sums = { items: { ready: 0, reading: 0, done, failed, waiting }, records: 0, rows: outcome.counts };
    const listed = done + unchanged + waiting + failed;
    const { status, note } = outcomeOf(
      { items: { listed, done, unchanged, waiting, failed }, sums: { ...sums, firstFailure } },
      undefined,
    );
    return [status, note];
  };

  it('has failed where every item failed, and in part where some did, whatever the others do', () => {
    expect(ended({ failed: 2 })).to.deep.equal(['handler_failed', '2 of 2 items failed']);
    expect(ended({ failed: 2, waiting: 1 })).to.deep.equal(['partial_success', '2 of 3 items failed, 1 waiting']);
    expect(ended({ failed: 1, done: 1 })).to.deep.equal(['partial_success', '1 of 2 items failed']);
    expect(ended({ failed: 1, unchanged: 1 })).to.deep.equal(['partial_success', '1 of 2 items failed']);
    expect(ended({ waiting: 1 })).to.deep.equal(['success', 'no_data, 1 waiting']);
  });
});
