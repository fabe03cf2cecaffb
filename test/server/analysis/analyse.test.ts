import { expect } from 'chai';
import { analyse } from '../../../server/analysis/analyse.ts';
import { measureRecording } from '../../../server/analysis/measure.ts';
import { parseTranscript } from '../../../server/analysis/transcript/parse.ts';
import { profileOf } from './profile.ts';
import { sampleStream, truthOf } from './samples.ts';

const profile = profileOf(
  [
    { evaluator: { kind: 'acoustic', measure: 'dead_air_ratio', operator: 'LESS_THAN', value: 0.2 } },
    { evaluator: { kind: 'acoustic', measure: 'interruptions_by_agent', operator: 'LESS_OR_EQUAL', value: 0 } },
  ],
  [
    { evaluator: { kind: 'phrase', any: ['thank you for calling'], role: 'agent', within_first_seconds: 5 } },
    { evaluator: { kind: 'metadata', attribute: 'team_name', operator: 'IS', value: 'Support' } },
    { evaluator: { kind: 'llm', instructions: 'Was the agent kind?' } },
  ],
);

async function analysed(name: string) {
  const { facts, measures } = await measureRecording(sampleStream(name), { agentChannel: 0 });
  return analyse({
    profile,
    measures,
    turns: parseTranscript(truthOf(name).transcript_text),
    interaction: { channel_type: 'VOICE', duration_seconds: null },
    metadata: { team_name: 'Support' },
    durationSeconds: facts.duration_seconds,
  });
}

describe('analyse', () => {
  it('scores the demo calls as they were meant', async () => {
    const scores: [string, number, number][] = [
      ['clean.wav', 40, 40],
      ['dead-air.wav', 30, 40],
      ['interruptions.wav', 30, 40],
      ['mono.wav', 20, 30],
    ];
    for (const [name, score, possible] of scores) {
      const card = await analysed(name);
      expect([card.final_score, card.max_score], name).to.deep.equal([score, possible]);
    }
    expect((await analysed('clean.wav')).coverage_percent).to.equal(80);
    expect((await analysed('mono.wav')).coverage_percent).to.equal(60);
  });

  it('gives every KPI a justification, also those it could not check', async () => {
    const card = await analysed('dead-air.wav');
    const kpis = card.categories.flatMap((category) => category.sub_categories.flatMap((sub) => sub.kpis));
    for (const kpi of kpis) expect(kpi.ai_justification).to.match(/^\S.*\.$/);
    expect(kpis[0]?.ai_justification).to.match(/^Dead air was 31\.\d % of the call\./);
  });

  it('scores a conversation of text alone', () => {
    const turns = parseTranscript('[00:01] Agent: Thank you for calling.');
    const nothing = { interaction: {}, metadata: {}, durationSeconds: null, measures: null };
    const card = analyse({ profile, turns, ...nothing, unmeasuredReason: 'the interaction has no recording' });
    expect(card).to.include({ final_score: 10, max_score: 10, coverage_percent: 20 });
  });

  it('answers nothing for a profile whose analysis is switched off', () => {
    const off = { ...profile, is_ai_analysis_enabled: false };
    const card = analyse({
      profile: off,
      measures: null,
      turns: null,
      interaction: {},
      metadata: {},
      durationSeconds: null,
    });
    expect(card).to.include({ final_score: null, coverage_percent: 0 });
  });
});
