import { expect } from 'chai';
import { columnOf, type ReportRow } from '../../../server/reports/columns.ts';
import { type AcousticMeasure, acousticMeasures, type KpiResult } from '../../../shared/quality.ts';
import { reportColumnSchema, reportFields } from '../../../shared/report.ts';

function kpi(given: Partial<KpiResult>): KpiResult {
  return {
    kpi_name: 'Greeting',
    kpi_question: '?',
    state: 'answered',
    ai_response: 'Yes',
    ai_justification: 'Heard at 0:02.',
    ai_score: 10,
    final_score: 10,
    max_score: 10,
    is_critical: false,
    evidence: [],
    ...given,
  };
}

const kpis = [
  kpi({}),
  kpi({ kpi_name: 'No. 2. at once', state: 'not_evaluated', ai_response: null, final_score: null }),
];
const values = Object.fromEntries(acousticMeasures.map((name) => [name, name === 'dead_air_ratio' ? 0.25 : null]));

const row: ReportRow = {
  interaction_id: '0190a000-0000-7000-8000-000000000001',
  external_id: 'CALL-1',
  origin: 'pbx',
  start_time: new Date('2026-11-03T09:15:00Z'),
  duration_seconds: 13,
  failure: null,
  metadata: { agent_name: 'Ben', source: 'shadowed', attempts: 3, vip: true },
  profile: 7,
  ai_score: 10,
  qa_score: null,
  final_score: 10,
  max_score: 10,
  percentage_score: 100,
  score_card: {
    ai_score: 10,
    final_score: 10,
    criticality_adjusted_score: 10,
    max_score: 10,
    percentage_score: 100,
    coverage_percent: 50,
    categories: [
      { name: 'C', ai_score: 10, final_score: 10, max_score: 10, sub_categories: [{ name: 'S', kpis }] },
      {
        ...{ name: 'No. 2. Law', ai_score: 5, final_score: 15, max_score: 30 },
        sub_categories: [
          { name: 'S', kpis: [kpi({ kpi_name: 'Consent', is_critical: true, ai_score: 2, final_score: 4 })] },
        ],
      },
    ],
  },
  measurement: {
    measures: {
      values: values as Record<AcousticMeasure, number | null>,
      unmeasured: {},
      lanes: { agent: null, customer: null, speech: [], dead_air: [], overlap: [] },
      warnings: [],
      method: { engine: 'energy', frame_ms: 20, dead_air_seconds: 3, noise_floor_dbfs: [], snr_db: [] },
    },
  },
};

const profiles = new Map([[7, { uid: Buffer.alloc(16, 1), name: 'Basics' }]]);

const read = (name: string) => columnOf(name).read(row, profiles);

describe('a report’s columns', () => {
  it('are interaction fields by their API names and the analysis’s scores', () => {
    expect(read('external_interaction_id')).to.equal('CALL-1');
    expect(read('interaction_start_time')).to.deep.equal(new Date('2026-11-03T09:15:00Z'));
    expect(['final_score', 'ai_score', 'qa_score', 'max_score', 'percentage_score'].map(read)).to.deep.equal([
      10,
      10,
      null,
      10,
      100,
    ]);
    expect(read('quality_profile')).to.equal('Basics');
  });

  it('read every name that the column picker offers', () => {
    for (const name of reportFields) expect(() => read(name), name).not.to.throw();
  });

  it('find a bare name that is no field in the metadata; `metadata.` reaches a key that a field hides', () => {
    expect(read('agent_name')).to.equal('Ben');
    expect(read('Agent_Name')).to.equal('Ben');
    expect(read('source')).to.equal('pbx');
    expect(read('metadata.source')).to.equal('shadowed');
    expect([read('attempts'), read('vip')]).to.deep.equal([3, true]);
  });

  it('are empty where the interaction has no such key, whatever the key is called', () => {
    for (const name of ['nothing', 'constructor', '__proto__', 'metadata.toString']) expect(read(name)).to.equal(null);
  });

  it('give a KPI’s answer, score and justification, also when its name has dots', () => {
    expect(['answer', 'score', 'justification'].map((part) => read(`kpi.Greeting.${part}`))).to.deep.equal([
      'Yes',
      10,
      'Heard at 0:02.',
    ]);
    expect(read('kpi.No. 2. at once.answer')).to.equal('not_evaluated');
    expect(read('kpi.No. 2. at once.score')).to.equal(null);
    expect(read('kpi.Of another profile.answer')).to.equal(null);
  });

  it('give every score of a KPI, as the API calls them', () => {
    const parts = ['ai_score', 'final_score', 'criticality_adjusted_score', 'max_score'];
    expect(parts.map((part) => read(`kpi.Consent.${part}`))).to.deep.equal([2, 4, 0, 10]);
    expect(parts.map((part) => columnOf(`kpi.Consent.${part}`).kind)).to.deep.equal(parts.map(() => 'number'));
  });

  it('give every score of a category, as the API calls them, also when its name has dots', () => {
    const parts = ['ai_score', 'final_score', 'criticality_adjusted_score', 'max_score'];
    expect(parts.map((part) => read(`category.C.${part}`))).to.deep.equal([10, 10, 10, 10]);
    expect(parts.map((part) => read(`category.No. 2. Law.${part}`))).to.deep.equal([5, 15, 0, 30]);
    expect(read('category.Of another profile.final_score')).to.equal(null);
    const longest = `category.${'x'.repeat(200)}.criticality_adjusted_score`;
    expect(reportColumnSchema.safeParse(longest)).to.include({ success: true });
    expect(columnOf('category.C.final_score')).to.include({ kind: 'number', categoryName: 'C' });
  });

  it('give a measure, and nothing where it could not be measured', () => {
    expect(read('metric.dead_air_ratio')).to.equal(0.25);
    expect(read('metric.overlap_ratio')).to.equal(null);
  });

  it('refuse what cannot be, and say what can', () => {
    expect(() => columnOf('metric.happiness')).to.throw('"metric.happiness": known measures are talk_ratio_agent');
    expect(() => columnOf('kpi.Greeting')).to.throw('kpi.<name>.answer');
    expect(() => columnOf('kpi.Greeting.reason')).to.throw('kpi.<name>.answer');
    expect(() => columnOf('kpi.Greeting.constructor')).to.throw('kpi.<name>.answer');
  });

  it('give the metadata key of a name that only begins as that of a category', () => {
    for (const name of ['category.name', 'category.C.score', 'category..final_score', 'category.final_score'])
      expect(columnOf(name), name).to.include({ source: 'metadata', metadataKey: name });
  });
});
