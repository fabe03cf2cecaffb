import { z } from 'zod';

/** The four kinds of question a scorecard asks (the product's own names). */
export const inputTypes = ['Yes/No', 'Selection', 'Rating', 'Text'] as const;

export const operators = [
  'IS',
  'IS_NOT',
  'CONTAINS',
  'NOT_CONTAINS',
  'GREATER_THAN',
  'LESS_THAN',
  'GREATER_OR_EQUAL',
  'LESS_OR_EQUAL',
] as const;
export const operatorSchema = z.enum(operators);
export type Operator = z.infer<typeof operatorSchema>;

export const acousticMeasures = [
  'talk_ratio_agent',
  'talk_ratio_customer',
  'silence_ratio',
  'dead_air_ratio',
  'dead_air_longest_seconds',
  'overlap_ratio',
  'interruptions_by_agent',
  'interruptions_by_customer',
  'response_time_mean_seconds',
  'level_agent_dbfs',
  'level_customer_dbfs',
  'clipping_ratio',
  'duration_seconds',
] as const;
export const acousticMeasureSchema = z.enum(acousticMeasures);
export type AcousticMeasure = z.infer<typeof acousticMeasureSchema>;

const scalar = z.union([z.string(), z.number(), z.boolean()]);
export type Scalar = z.infer<typeof scalar>;

/** `bands` choose among more than two options: the first band whose `up_to` is not exceeded wins; the last has none. */
const bandSchema = z.strictObject({ up_to: z.number().optional(), option: z.string().min(1) });

export const evaluatorSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('acoustic'),
    measure: acousticMeasureSchema,
    operator: operatorSchema.optional(),
    value: z.number().optional(),
    bands: z.array(bandSchema).min(1).optional(),
  }),
  z.strictObject({
    kind: z.literal('phrase'),
    any: z.array(z.string().min(1)).min(1).optional(),
    all: z.array(z.string().min(1)).min(1).optional(),
    role: z.enum(['agent', 'customer', 'any']).default('any'),
    match: z.enum(['exact', 'pattern']).default('exact'),
    within_first_seconds: z.number().positive().optional(),
    within_last_seconds: z.number().positive().optional(),
    negate: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('metadata'),
    attribute: z.string().min(1),
    operator: operatorSchema.optional(),
    value: scalar.optional(),
    bands: z.array(bandSchema).min(1).optional(),
  }),
  z.strictObject({ kind: z.literal('llm'), instructions: z.string().min(1) }),
  z.strictObject({ kind: z.literal('manual') }),
]);
export type Evaluator = z.infer<typeof evaluatorSchema>;

export const optionSchema = z.strictObject({
  label: z.string().min(1),
  weightage: z.number(),
  type: z.string().optional(),
});

export const kpiSchema = z.strictObject({
  kpi_name: z.string().min(1).max(200),
  kpi_question: z.string().min(1).max(2000),
  help_text: z.string().max(4000).optional(),
  input_type: z.enum(inputTypes),
  options: z.array(optionSchema).default([]),
  is_scoring_allowed: z.boolean().default(true),
  is_critical: z.boolean().default(false),
  criticality_level: z.string().optional(),
  is_mandatory: z.boolean().default(false),
  is_comment_mandatory: z.boolean().default(false),
  is_dispute_allowed: z.boolean().default(true),
  evaluator: evaluatorSchema.default({ kind: 'manual' }),
});
export type Kpi = z.infer<typeof kpiSchema>;

export const qualityProfileSchema = z
  .strictObject({
    name: z.string().min(1).max(120),
    description: z.string().max(2000).optional(),
    is_ai_analysis_enabled: z.boolean().default(true),
    categories: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(200),
          weight: z.number().positive().default(1),
          sub_categories: z
            .array(z.strictObject({ name: z.string().min(1).max(200), kpis: z.array(kpiSchema).min(1) }))
            .min(1),
        }),
      )
      .min(1),
  })
  .superRefine(checkKpis);
export type QualityProfile = z.infer<typeof qualityProfileSchema>;

interface KpiPlace {
  kpi: Kpi;
  path: (string | number)[];
}

function* kpisOf(profile: { categories: { sub_categories: { kpis: Kpi[] }[] }[] }): Generator<KpiPlace> {
  for (const [c, category] of profile.categories.entries())
    for (const [s, sub] of category.sub_categories.entries())
      for (const [k, kpi] of sub.kpis.entries()) yield { kpi, path: ['categories', c, 'sub_categories', s, 'kpis', k] };
}

/** Rules between fields that a schema alone cannot say; each is told at the field it concerns. */
function checkKpis(profile: { categories: { sub_categories: { kpis: Kpi[] }[] }[] }, ctx: z.RefinementCtx): void {
  const seen = new Set<string>();
  const complain = (path: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path, message });
  for (const { kpi, path } of kpisOf(profile)) {
    if (seen.has(kpi.kpi_name))
      complain([...path, 'kpi_name'], `"${kpi.kpi_name}" is used twice; KPI names are unique in a profile`);
    seen.add(kpi.kpi_name);
    if (kpi.input_type !== 'Text' && kpi.options.length < 2)
      complain([...path, 'options'], 'at least two options are needed');
    const { evaluator } = kpi;
    if (evaluator.kind === 'phrase' && !evaluator.any === !evaluator.all)
      complain([...path, 'evaluator'], 'give either "any" or "all" phrases');
    if (evaluator.kind !== 'acoustic' && evaluator.kind !== 'metadata') continue;
    if (!evaluator.bands && (evaluator.operator === undefined || evaluator.value === undefined))
      complain([...path, 'evaluator'], 'give an operator with a value, or bands');
    for (const band of evaluator.bands ?? [])
      if (!kpi.options.some((option) => option.label === band.option))
        complain([...path, 'evaluator', 'bands'], `"${band.option}" is not among the options`);
  }
}

export const conditionSchema = z.strictObject({
  attribute: z.string().min(1),
  operator: operatorSchema,
  value: scalar,
});
export type Condition = z.infer<typeof conditionSchema>;

/** OR of ANDs: the outer list is OR, each inner list AND. An empty group matches everything. */
export const filterGroupSchema = z.array(z.array(conditionSchema));
export type FilterGroup = z.infer<typeof filterGroupSchema>;

export const assignmentRuleSchema = z.strictObject({
  name: z.string().min(1).max(120),
  description: z.string().max(2000).optional(),
  filter_group: filterGroupSchema.default([]),
  assign_quality_profiles: z.array(z.string().min(1)).min(1),
  sampling_percentage: z.number().min(0).max(100).default(100),
  is_enabled: z.boolean().default(true),
});
export type AssignmentRule = z.infer<typeof assignmentRuleSchema>;

// --- what an analysis says ------------------------------------------------------------------------------------

/** `not_evaluated` (could not be checked: no transcript, no provider, no channel) is not `na` (does not apply). */
export type AnswerState = 'answered' | 'na' | 'not_evaluated' | 'error';

/** What an evaluator found: where in the call, and what. */
export interface Evidence {
  text: string;
  start_seconds?: number;
  end_seconds?: number;
  role?: 'agent' | 'customer';
}

export interface KpiResult {
  kpi_name: string;
  kpi_question: string;
  state: AnswerState;
  /** The chosen option's label, or null when there is none. */
  ai_response: string | null;
  /** Why, in plain words with the figures: "Dead air was 12.4 % of the call; below 20 %." */
  ai_justification: string;
  ai_score: number | null;
  final_score: number | null;
  max_score: number;
  is_critical: boolean;
  evidence: Evidence[];
}

export interface SubCategoryResult {
  name: string;
  kpis: KpiResult[];
}

export interface CategoryResult {
  name: string;
  ai_score: number | null;
  final_score: number | null;
  max_score: number;
  sub_categories: SubCategoryResult[];
}

/** Scores are points; percentages are 0–100; null where nothing could be scored. */
export interface ScoreCard {
  ai_score: number | null;
  final_score: number | null;
  criticality_adjusted_score: number | null;
  max_score: number;
  percentage_score: number | null;
  coverage_percent: number;
  categories: CategoryResult[];
}
