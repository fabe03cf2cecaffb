import { expect } from 'chai';
import fc from 'fast-check';
import { assign, isSampled } from '../../../server/analysis/assignment.ts';
import { type AssignmentRule, assignmentRuleSchema } from '../../../shared/quality.ts';

const interaction = {
  id: 'i',
  externalId: 'CALL-1',
  lookup: (name: string) => (name === 'channel_type' ? 'VOICE' : undefined),
};

function rule(id: string, profiles: string[], more: object = {}): AssignmentRule & { id: string } {
  return { id, ...assignmentRuleSchema.parse({ name: id, assign_quality_profiles: profiles, ...more }) };
}

const chatOnly = { filter_group: [[{ attribute: 'channel_type', operator: 'IS', value: 'CHAT' }]] };

describe('assign', () => {
  it('gives the union of the matching rules, each profile once with the first rule that asked for it', () => {
    const rules = [rule('a', ['Basics', 'Sales']), rule('b', ['Sales', 'Care']), rule('c', ['Chat'], chatOnly)];
    expect(assign(interaction, rules)).to.deep.equal({
      profiles: [
        { name: 'Basics', ruleId: 'a' },
        { name: 'Sales', ruleId: 'a' },
        { name: 'Care', ruleId: 'b' },
      ],
      reason: null,
    });
  });

  it('says why nothing is assigned', () => {
    expect(assign(interaction, []).reason).to.equal('no_rule');
    expect(assign(interaction, [rule('a', ['P'], { is_enabled: false })]).reason).to.equal('no_rule');
    expect(assign(interaction, [rule('a', ['P'], chatOnly)]).reason).to.equal('no_match');
    expect(assign(interaction, [rule('a', ['P'], { sampling_percentage: 0 })]).reason).to.equal('sampled_out');
  });
});

describe('isSampled', () => {
  const id = fc.string({ minLength: 1 });

  it('always takes 100 %, never 0 %, and a larger percentage only adds', () => {
    fc.assert(
      fc.property(id, id, fc.integer({ min: 0, max: 100 }), (ruleId, externalId, percentage) => {
        expect(isSampled(ruleId, externalId, 100)).to.equal(true);
        expect(isSampled(ruleId, externalId, 0)).to.equal(false);
        if (isSampled(ruleId, externalId, percentage))
          expect(isSampled(ruleId, externalId, percentage + 1)).to.equal(true);
      }),
    );
  });

  it('takes the share it says, another one for another rule, the same one again', () => {
    const calls = Array.from({ length: 20_000 }, (_, i) => `CALL-${i}`);
    const taken = (ruleId: string) => calls.filter((call) => isSampled(ruleId, call, 10));
    expect(taken('rule-a').length).to.be.closeTo(2000, 150);
    expect(taken('rule-a')).to.deep.equal(taken('rule-a'));
    const both = taken('rule-a').filter((call) => isSampled('rule-b', call, 10));
    expect(both.length).to.be.closeTo(200, 60);
  });
});
