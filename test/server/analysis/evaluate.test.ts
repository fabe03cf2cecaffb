import { expect } from 'chai';
import { attributeLookup } from '../../../server/analysis/attributes.ts';
import { type Answer, evaluate } from '../../../server/analysis/evaluate.ts';
import type { Material } from '../../../server/analysis/evaluators/finding.ts';
import { parseTranscript } from '../../../server/analysis/transcript/parse.ts';
import type { Measures } from '../../../shared/measures.ts';
import { acousticMeasures } from '../../../shared/quality.ts';
import { kpiWith } from './profile.ts';

const measures: Measures = {
  values: {
    ...(Object.fromEntries(acousticMeasures.map((name) => [name, null])) as Measures['values']),
    dead_air_ratio: 0.124,
    dead_air_longest_seconds: 7.25,
  },
  unmeasured: { talk_ratio_agent: 'mono' },
  lanes: {
    agent: null,
    customer: null,
    speech: [],
    overlap: [],
    dead_air: [
      { start: 5, end: 9 },
      { start: 20, end: 27.25 },
    ],
  },
  warnings: [],
  method: { engine: 'test', frame_ms: 20, dead_air_seconds: 3, noise_floor_dbfs: [], snr_db: [] },
};

const transcript = [
  '[00:01] Agent: Thank you for calling Northwind.',
  '[00:05] Customer: I want to cancel.',
  '[00:40] Agent: Is there anything else?',
  '[00:50] Customer: No.',
].join('\n');

const material: Material = {
  measures,
  unmeasuredReason: undefined,
  turns: parseTranscript(transcript),
  lookup: attributeLookup({ duration_seconds: 60 }, { csat: '4', disposition: 'Resolved' }),
  durationSeconds: 60,
};

function answer(evaluator: object, over: Partial<Material> = {}): Answer {
  return evaluate(kpiWith(evaluator), { ...material, ...over });
}

const phrase = (fields: object, text?: string) =>
  answer({ kind: 'phrase', ...fields }, text === undefined ? {} : { turns: parseTranscript(text) });

describe('acoustic evaluator', () => {
  it('picks the first option when the limit is kept, the last when not, and gives the figures', () => {
    const kept = answer({ kind: 'acoustic', measure: 'dead_air_ratio', operator: 'LESS_THAN', value: 0.2 });
    expect(kept).to.include({ state: 'answered', response: 'Yes' });
    expect(kept.justification).to.equal('Dead air was 12.4 % of the call. The rule asks for a value below 20 %: met.');
    expect(kept.evidence).to.deep.equal([
      { text: 'dead air', start_seconds: 5, end_seconds: 9 },
      { text: 'dead air', start_seconds: 20, end_seconds: 27.25 },
    ]);
    const broken = answer({
      kind: 'acoustic',
      measure: 'dead_air_longest_seconds',
      operator: 'LESS_OR_EQUAL',
      value: 7,
    });
    expect(broken).to.include({ response: 'No' });
    expect(broken.justification).to.match(/7\.3 s.*not met/);
  });

  it('picks by bands, an upper limit included', () => {
    const options = ['Good', 'Fair', 'Poor'].map((label, i) => ({ label, weightage: 10 - i * 5 }));
    const graded = (goodUpTo: number) =>
      evaluate(
        kpiWith(
          {
            kind: 'acoustic',
            measure: 'dead_air_ratio',
            bands: [{ up_to: goodUpTo, option: 'Good' }, { up_to: 0.3, option: 'Fair' }, { option: 'Poor' }],
          },
          { input_type: 'Selection', options },
        ),
        material,
      ).response;
    expect(graded(0.124)).to.equal('Good');
    expect(graded(0.1)).to.equal('Fair');
  });

  it('leaves open what was not measured, with the reason', () => {
    const limit = { kind: 'acoustic', measure: 'talk_ratio_agent', operator: 'LESS_THAN', value: 0.6 };
    expect(answer(limit)).to.include({ state: 'not_evaluated', response: null });
    expect(answer(limit).justification).to.include('mono');
    const none = answer(limit, { measures: null, unmeasuredReason: 'the interaction has no recording' });
    expect(none.justification).to.equal('The recording was not measured: the interaction has no recording.');
  });
});

describe('phrase evaluator', () => {
  it('finds a phrase of the asked role and quotes the turn', () => {
    const found = phrase({ any: ['good morning', 'thank you for calling'], role: 'agent', within_first_seconds: 10 });
    expect(found).to.include({ response: 'Yes' });
    expect(found.evidence).to.deep.equal([
      { text: 'Thank you for calling Northwind.', start_seconds: 1, role: 'agent' },
    ]);
    expect(phrase({ any: ['thank you for calling'], role: 'customer' }).response).to.equal('No');
  });

  it('asks for every phrase of "all"', () => {
    expect(phrase({ all: ['thank you', 'anything else'] }).response).to.equal('Yes');
    const half = phrase({ all: ['thank you', 'goodbye'] });
    expect(half.response).to.equal('No');
    expect(half.justification).to.include('"goodbye" was not said in the conversation');
  });

  it('keeps to the first and last seconds', () => {
    expect(phrase({ any: ['anything else'], within_last_seconds: 25 }).response).to.equal('Yes');
    expect(phrase({ any: ['anything else'], within_last_seconds: 15 }).response).to.equal('No');
    expect(phrase({ any: ['anything else'], within_first_seconds: 30 }).response).to.equal('No');
    const byLastTurn = answer(
      { kind: 'phrase', any: ['anything else'], within_last_seconds: 15 },
      { durationSeconds: null },
    );
    expect(byLastTurn.response).to.equal('Yes');
  });

  it('does not evaluate seconds without times, nor anything without a transcript', () => {
    expect(phrase({ any: ['hello'], within_first_seconds: 10 }, 'Agent: hello').state).to.equal('not_evaluated');
    for (const turns of [null, []])
      for (const negate of [false, true])
        expect(answer({ kind: 'phrase', any: ['hello'], negate }, { turns }).state).to.equal('not_evaluated');
  });

  it('does not guess who or when where a turn does not tell', () => {
    const said = 'somebody says cancel\nAgent: hello';
    expect(phrase({ any: ['cancel'], role: 'agent' }, said).state).to.equal('not_evaluated');
    expect(phrase({ any: ['cancel'], role: 'agent', negate: true }, said).state).to.equal('not_evaluated');
    expect(phrase({ any: ['refund'], role: 'agent', negate: true }, said).response).to.equal('Yes');
    expect(phrase({ any: ['cancel'] }, said).response).to.equal('Yes');
  });

  it('turns round with negate', () => {
    const said = phrase({ any: ['cancel'], negate: true });
    expect(said).to.include({ response: 'No' });
    expect(said.justification).to.include('asks that this is not said').and.include('Not met');
    expect(said.evidence[0]?.text).to.equal('I want to cancel.');
    expect(phrase({ any: ['lawyer'], negate: true }).response).to.equal('Yes');
  });
});

describe('the other evaluators', () => {
  it('compare metadata and fields', () => {
    expect(answer({ kind: 'metadata', attribute: 'csat', operator: 'GREATER_OR_EQUAL', value: 4 }).response).to.equal(
      'Yes',
    );
    expect(
      answer({ kind: 'metadata', attribute: 'disposition', operator: 'IS', value: ' resolved' }).response,
    ).to.equal('Yes');
    expect(
      answer({ kind: 'metadata', attribute: 'duration_seconds', operator: 'LESS_THAN', value: 60 }).response,
    ).to.equal('No');
  });

  it('do not take a missing attribute for a No', () => {
    const missing = answer({ kind: 'metadata', attribute: 'nps', operator: 'IS', value: 10 });
    expect(missing).to.include({ state: 'not_evaluated', justification: 'The interaction has no nps.' });
  });

  it('leave to a model or a person what is theirs', () => {
    expect(answer({ kind: 'llm', instructions: 'Was it kind?' }).justification).to.include('needs a language model');
    expect(answer({ kind: 'llm', instructions: 'Was it kind?' }).state).to.equal('not_evaluated');
    expect(answer({ kind: 'manual' })).to.include({ state: 'not_evaluated' });
    expect(answer({ kind: 'manual' }).justification).to.include('scored by a person');
  });

  it('answer a Text KPI with what was found', () => {
    const kpi = kpiWith(
      { kind: 'metadata', attribute: 'csat', operator: 'IS', value: 1 },
      { input_type: 'Text', options: [] },
    );
    expect(evaluate(kpi, material)).to.include({ state: 'answered', response: '4' });
  });
});
