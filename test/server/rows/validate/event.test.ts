import { expect } from 'chai';
import { readEvent } from '../../../../server/rows/validate/event.ts';
import { RowRejected } from '../../../../server/rows/validate/fields.ts';
import { JsonValidator } from '../../../../server/rows/validate/json.ts';

describe('an event', () => {
  const validator = new JsonValidator('UTC');
  const row = {
    external_interaction_id: 'a1',
    channel_type: 'VOICE',
    interaction_start_time: '2026-11-20T10:00:00Z',
    transcript_text: 'Agent: Hello.',
  };
  const read = (fieldsOf: () => Record<string, unknown> | undefined, value: Buffer | null = Buffer.from('{}')) =>
    readEvent(value, fieldsOf, validator);

  it('is an interaction with its row, or nothing where it is a tombstone or left out', () => {
    const outcome = read(() => row);
    if (outcome === 'skipped') throw new Error('it was skipped');
    if ('problem' in outcome) throw new Error(outcome.problem.reason);
    expect([outcome.interaction.externalId, outcome.fields]).to.deep.equal(['a1', row]);
    expect(read(() => row, null)).to.equal('skipped');
    expect(read(() => undefined)).to.equal('skipped');
  });

  it('that is refused says why and which it is', () => {
    const outcome = read(() => ({ ...row, interaction_start_time: 'noon' }));
    expect(outcome).to.have.property('externalId', 'a1');
    expect(outcome).to.have.nested.property('problem.column', 'interaction_start_time');
    const refused = () => {
      throw new RowRejected('bad_value', 'the path leads nowhere');
    };
    expect(read(refused)).to.deep.include({ externalId: undefined }).and.not.have.property('mistake');
  });

  it('that meets a mistake of ours is a problem of its own, with what was thrown', () => {
    const thrown = new TypeError('x is not a function');
    const mistaken = () => {
      throw thrown;
    };
    expect(read(mistaken)).to.deep.equal({
      problem: { code: 'bad_value', reason: 'The event cannot be read: x is not a function' },
      externalId: undefined,
      mistake: thrown,
    });
  });
});
