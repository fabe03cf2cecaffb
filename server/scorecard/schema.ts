import { z } from 'zod';
import { analysisStatuses } from '../../shared/interaction.ts';
import { idField, instantField, metadataField } from '../answer-fields.ts';

const points = (description: string) => z.number().meta({ description, example: 8 });

const aiScore = points('Points by the AI; null where nothing could be scored.').nullable();
const qaScore = points('Points by a person; only where one has scored.').optional();
const finalScore = points(
  'Points that count: the person’s where there are some, else the AI’s; null where nothing could be scored.',
).nullable();
const maxScore = points('Points that were possible, over the KPIs that were answered and count.');

const adjustedScore = points(
  'The score with critical KPIs enforced: 0 where a critical KPI was answered below its best option, else the same as `final_score`. A critical KPI that could not be evaluated takes nothing away. Null where `final_score` is.',
).nullable();
const adjustedPart = points(
  'As for the whole analysis, by the critical KPIs within this part alone: 0 where one of them was answered below its best option, else the same as `final_score`.',
).nullable();

const head = {
  analysis_id: idField('The analysis.'),
  interaction_id: idField('The interaction that was analysed.'),
  external_interaction_id: z
    .string()
    .meta({ description: 'Your id of the conversation.', example: 'genesys-2026-11-20-0001' }),
  profile_id: idField('The quality profile that it was made by.'),
};

const scores = {
  status: z.enum(analysisStatuses).meta({ description: 'How far the analysis is.', example: 'completed' }),
  ai_score: aiScore,
  qa_score: qaScore,
  final_score: finalScore,
  criticality_adjusted_score: adjustedScore,
};

/** An analysis in a list. */
export const foundAnalysisSchema = z
  .object({
    ...head,
    ...scores,
    metadata: metadataField,
    created_at: z.iso.datetime({ offset: true }).meta({
      description: 'When the analysis was made, in the account’s time zone with its offset.',
      example: '2026-11-20T09:15:00.000+05:30',
    }),
  })
  .meta({ id: 'AnalysisSummary', description: 'An analysis and its scores.' });

export const foundAnalysesSchema = z
  .object({
    analyses: z.array(foundAnalysisSchema).meta({ description: 'The newest conversations first.' }),
    pagination: z
      .object({
        limit: z.int().meta({ description: 'As asked for.', example: 20 }),
        offset: z.int().meta({ description: 'As asked for.', example: 0 }),
        total: z.int().meta({ description: 'How many analyses fit altogether.', example: 57 }),
      })
      .meta({ description: 'Where this page is in the whole list.' }),
  })
  .meta({ description: 'A page of analyses.' });

const kpi = z.object({
  kpi_name: z.string().meta({ description: 'The KPI, unique in its profile.', example: 'Greeting' }),
  ai_response: z.string().nullable().meta({
    description:
      'The AI’s answer: an option’s label, or a text; null where the KPI does not apply or was not evaluated.',
    example: 'Yes',
  }),
  ai_justification: z
    .string()
    .meta({ description: 'Why, in plain words with the figures.', example: 'The agent said "thank you for calling".' }),
  ai_suggestion: z.string().optional().meta({ description: 'What to do better; only where there is one.' }),
  ai_score: aiScore,
  qa_score: qaScore,
  qa_justification: z.string().optional().meta({ description: 'Why a person scored so; only where one has.' }),
  qa_selected_kpi_option_uid: z
    .string()
    .optional()
    .meta({ description: 'The option that a person chose; only where one has.' }),
  qa_selected_kpi_option_value: z.string().optional().meta({ description: 'The label of that option.' }),
  user_comment: z.string().optional().meta({ description: 'What a person remarked; only where one has.' }),
  final_score: finalScore,
  criticality_adjusted_score: adjustedPart,
  max_score: points('Points of its best option; 0 where the KPI does not count.'),
});

const category = z.object({
  name: z.string().meta({ description: 'The category.', example: 'Conduct' }),
  ai_score: aiScore,
  qa_score: qaScore,
  final_score: finalScore,
  criticality_adjusted_score: adjustedPart,
  max_score: maxScore,
  sub_categories: z
    .array(
      z.object({
        name: z.string().meta({ description: 'The sub-category.', example: 'Opening' }),
        qa_score: qaScore,
        kpis: z.array(kpi).meta({ description: 'In the profile’s order.' }),
      }),
    )
    .meta({ description: 'In the profile’s order.' }),
});

/** One analysis with its whole score card. */
export const analysisSchema = z
  .object({
    ...head,
    profile_name: z.string().meta({ description: 'The quality profile’s name.', example: 'Basics' }),
    ...scores,
    max_score: maxScore.nullable(),
    failure_reason: z
      .string()
      .optional()
      .meta({ description: 'Why the analysis failed, in words; only where it did.' }),
    analysis_completed_at: instantField('When the analysis ended, UTC; null while it waits.').nullable(),
    metadata: metadataField,
    categories: z
      .array(category)
      .meta({ description: 'The score card in the profile’s order; empty where the analysis has not completed.' }),
  })
  .meta({ id: 'Analysis', description: 'An analysis with its score card.' });
export type AnalysisShown = z.output<typeof analysisSchema>;
