import { type Evaluator, type Kpi, type QualityProfile, qualityProfileSchema } from '../../../shared/quality.ts';

type KpiInput = Partial<Omit<Kpi, 'evaluator'>> & { evaluator?: object };

/** A valid profile from a few fields: one category for each list, of weight 1. */
export function profileOf(...categories: KpiInput[][]): QualityProfile {
  let number = 0;
  return qualityProfileSchema.parse({
    name: 'Test',
    categories: categories.map((kpis, i) => ({
      name: `Category ${i}`,
      sub_categories: [{ name: 'Sub', kpis: kpis.map((kpi) => ({ ...yesNo, kpi_name: `K${++number}`, ...kpi })) }],
    })),
  });
}

const yesNo = {
  kpi_question: 'Is it so?',
  input_type: 'Yes/No' as const,
  options: [
    { label: 'Yes', weightage: 10 },
    { label: 'No', weightage: 0 },
  ],
};

export function kpiWith(evaluator: object, more: KpiInput = {}): Kpi & { evaluator: Evaluator } {
  const kpi = profileOf([{ ...more, evaluator }]).categories[0]?.sub_categories[0]?.kpis[0];
  if (!kpi) throw new Error('the profile has no KPI');
  return kpi;
}
