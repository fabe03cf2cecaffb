import { expect } from 'chai';
import fc from 'fast-check';
import type { Answer } from '../../../server/analysis/evaluate.ts';
import { criticalityAdjusted, scoreCard } from '../../../server/analysis/score.ts';
import type { AnswerState, QualityProfile } from '../../../shared/quality.ts';
import { profileOf } from './profile.ts';

const given = (response: string): Answer => ({ state: 'answered', response, justification: '', evidence: [] });
const open = (state: AnswerState): Answer => ({ state, response: null, justification: '', evidence: [] });

const answers = (list: Answer[]) => new Map(list.map((answer, i) => [`K${i + 1}`, answer]));

const anyAnswer = fc.constantFrom(given('Yes'), given('No'), open('na'), open('not_evaluated'), open('error'));

describe('scoreCard', () => {
  it('adds points, and weighs categories in the percentage as Genesys does (60 of 100)', () => {
    const options = [
      { label: 'Yes', weightage: 1 },
      { label: 'No', weightage: 0 },
    ];
    const profile = profileOf([{ options }, { options }], [{ options }]);
    for (const [i, weight] of [40, 20].entries()) Object.assign(profile.categories[i] ?? {}, { weight });
    const card = scoreCard(profile, answers([given('Yes'), given('No'), given('Yes')]));
    expect(card).to.include({ final_score: 2, ai_score: 2, max_score: 3, percentage_score: 60, coverage_percent: 100 });
    expect(card.categories.map((category) => category.final_score)).to.deep.equal([1, 1]);
  });

  it('leaves out what does not apply, and what was not evaluated at the cost of coverage', () => {
    const profile = profileOf([{}, {}, {}]);
    expect(scoreCard(profile, answers([given('Yes'), open('na'), given('No')]))).to.include({
      final_score: 10,
      max_score: 20,
      percentage_score: 50,
      coverage_percent: 100,
    });
    expect(scoreCard(profile, answers([given('Yes'), open('not_evaluated'), open('error')]))).to.include({
      final_score: 10,
      max_score: 10,
      percentage_score: 100,
      coverage_percent: 33.33,
    });
  });

  it('has no score where nothing was answered: neither 0 nor 100', () => {
    const card = scoreCard(profileOf([{}, {}]), answers([open('na'), open('not_evaluated')]));
    expect(card).to.include({
      final_score: null,
      percentage_score: null,
      criticality_adjusted_score: null,
      max_score: 0,
      coverage_percent: 0,
    });
  });

  it('takes everything away for a critical KPI below its best option, and only then', () => {
    const profile = profileOf([{ is_critical: true }, {}]);
    const adjusted = (first: Answer) => scoreCard(profile, answers([first, given('Yes')])).criticality_adjusted_score;
    expect(adjusted(given('Yes'))).to.equal(20);
    expect(adjusted(given('No'))).to.equal(0);
    expect(adjusted(open('na'))).to.equal(10);
    expect(adjusted(open('not_evaluated'))).to.equal(10);
  });

  it('takes everything away from the part of a card that holds such a KPI, and from no other', () => {
    const [first, second] = scoreCard(
      profileOf([{ is_critical: true }, {}], [{}]),
      answers([given('No'), given('Yes'), given('Yes')]),
    ).categories.map(({ final_score, sub_categories }) =>
      criticalityAdjusted(
        final_score,
        sub_categories.flatMap((sub) => sub.kpis),
      ),
    );
    expect([first, second]).to.deep.equal([0, 10]);
    expect(criticalityAdjusted(null, [])).to.equal(null);
  });

  it('never scores Text questions or those that may not be scored', () => {
    const profile = profileOf([
      { input_type: 'Text', options: [] },
      { is_scoring_allowed: false, is_critical: true },
      {},
    ]);
    const card = scoreCard(profile, answers([given('anything'), given('No'), given('Yes')]));
    expect(card).to.include({ final_score: 10, max_score: 10, criticality_adjusted_score: 10, coverage_percent: 100 });
    expect(card.categories[0]?.sub_categories[0]?.kpis.map((kpi) => kpi.ai_score)).to.deep.equal([null, null, 10]);
  });

  it('keeps its sums and limits whatever the answers', () => {
    const profile: QualityProfile = profileOf([{ is_critical: true }, {}], [{}, { is_scoring_allowed: false }], [{}]);
    fc.assert(
      fc.property(fc.array(anyAnswer, { minLength: 5, maxLength: 5 }), (list) => {
        const card = scoreCard(profile, answers(list));
        const sum = (pick: 'final_score' | 'max_score') =>
          card.categories.reduce((total, category) => total + (category[pick] ?? 0), 0);
        expect(card.final_score ?? 0).to.equal(sum('final_score'));
        expect(card.max_score).to.equal(sum('max_score'));
        expect(card.final_score === null).to.equal(card.percentage_score === null);
        expect(card.percentage_score ?? 0).to.be.within(0, 100);
        expect(card.coverage_percent).to.be.within(0, 100);
        expect([0, card.final_score]).to.include(card.criticality_adjusted_score);
      }),
    );
  });

  it('does not lose by a better answer', () => {
    const profile = profileOf([{}, {}], [{}]);
    fc.assert(
      fc.property(fc.array(anyAnswer, { minLength: 3, maxLength: 3 }), fc.nat(2), (list, at) => {
        const score = (response: string) =>
          scoreCard(profile, answers(list.with(at, given(response)))).percentage_score ?? 0;
        expect(score('Yes')).to.be.at.least(score('No'));
      }),
    );
  });
});
