import { type CurrentProfile, listCurrentProfiles } from '../../../db/queries/api-profiles.ts';
import { endpoint } from '../endpoint.ts';
import { type ProfileSummaryShown, profilesSchema } from '../schemas/read-profile.ts';

export const listQualityProfiles = endpoint({
  method: 'get',
  path: '/quality-profiles',
  operationId: 'listQualityProfiles',
  tag: 'Configuration',
  summary: 'List the quality profiles',
  description: 'Their uids are what analyses name as `profile_id`.',
  scope: 'read',
  allowance: 'results',
  errors: [],
  answer: { status: 200, description: 'The quality profiles.', data: profilesSchema },
  async handle({ services, account }) {
    const profiles = await listCurrentProfiles(services.database.pool, account.id);
    return { data: { quality_profiles: profiles.map(summaryOf) } };
  },
});

function summaryOf({ uid, version, createdAt, body }: CurrentProfile): ProfileSummaryShown {
  const subCategories = body.categories.flatMap((category) => category.sub_categories);
  return {
    uid,
    name: body.name,
    version,
    created_at: createdAt.toISOString(),
    ...(body.description === undefined ? {} : { description: body.description }),
    is_ai_analysis_enabled: body.is_ai_analysis_enabled,
    categories: body.categories.length,
    sub_categories: subCategories.length,
    kpis: subCategories.flatMap((sub) => sub.kpis).length,
  };
}
