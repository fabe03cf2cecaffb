import { z } from 'zod';
import { listCurrentProfiles } from '../../../db/queries/api-profiles.ts';
import { endpoint } from '../endpoint.ts';
import { idOfPath, nothingThere } from '../schemas/read.ts';
import { profileSchema } from '../schemas/read-profile.ts';

export const getQualityProfile = endpoint({
  method: 'get',
  path: '/quality-profiles/{uid}',
  operationId: 'getQualityProfile',
  tag: 'Configuration',
  summary: 'Read a quality profile',
  description: 'The whole scorecard as it is now: categories, sub-categories, KPIs with their options and weights.',
  scope: 'read',
  allowance: 'results',
  errors: ['NOT_FOUND'],
  params: z.object({
    uid: z.string().meta({ description: 'The quality profile.', example: '019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55' }),
  }),
  answer: { status: 200, description: 'The quality profile.', data: profileSchema },
  async handle({ services, account, params: { uid: text } }) {
    const uid = idOfPath(text, 'quality profile');
    const [found] = await listCurrentProfiles(services.database.pool, account.id, uid);
    if (!found) throw nothingThere(text, 'quality profile');
    const { version, createdAt, body } = found;
    return { data: { uid: found.uid, name: body.name, version, created_at: createdAt.toISOString(), profile: body } };
  },
});
