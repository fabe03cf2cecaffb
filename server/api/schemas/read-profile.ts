import { z } from 'zod';
import { qualityProfileSchema } from '../../../shared/quality.ts';
import { idField, instantField } from '../../answer-fields.ts';

const count = (description: string) => z.int().meta({ description, example: 3 });

const profileFields = {
  uid: idField('The quality profile; `profile_id` of analyses, `quality_profile_uid` of a search.'),
  name: z.string().meta({ description: 'Its name.', example: 'Basics' }),
  version: z.int().meta({ description: 'Grows by one with every change.', example: 2 }),
  created_at: instantField('When its first version was made, UTC.'),
};

export const profilesSchema = z
  .object({
    quality_profiles: z
      .array(
        z
          .object({
            ...profileFields,
            description: z.string().optional().meta({ description: 'What it is for.' }),
            is_ai_analysis_enabled: z
              .boolean()
              .meta({ description: 'Whether analyses are made by it.', example: true }),
            categories: count('How many categories it has.'),
            sub_categories: count('How many sub-categories.'),
            kpis: count('How many KPIs.'),
          })
          .meta({ id: 'QualityProfileSummary', description: 'A quality profile.' }),
      )
      .meta({ description: 'By name.' }),
  })
  .meta({ description: 'The account’s quality profiles.' });
export type ProfileSummaryShown = z.output<typeof profilesSchema>['quality_profiles'][number];

export const profileSchema = z
  .object({
    ...profileFields,
    profile: qualityProfileSchema.meta({ description: 'The whole scorecard as it was configured.' }),
  })
  .meta({ id: 'QualityProfile', description: 'A quality profile with its categories and KPIs.' });
