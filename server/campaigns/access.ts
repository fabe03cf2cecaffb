import { AppError } from '../../shared/error.ts';
import type { Session } from '../security/sessions.ts';
import type { Services } from '../services.ts';
import { type Campaign, listCampaigns, noSuchCampaign, requireCampaign } from './campaigns.ts';

type Person = Pick<Session, 'accountId' | 'user'>;

/** Admins see every campaign of their account, supervisors those that their scope names. Agents see none. */
export function maySee({ user }: Person, campaignId: string): boolean {
  return user.role === 'admin' || (user.role === 'supervisor' && user.campaigns.includes(campaignId));
}

/** By name. */
export async function campaignsFor(services: Services, person: Person): Promise<Campaign[]> {
  const campaigns = await listCampaigns(services, person.accountId);
  return campaigns.filter(({ id }) => maySee(person, id));
}

/** Throws `not_found`, also for one that this person may not see: that it is there is told to nobody else. */
export async function requireCampaignFor(services: Services, person: Person, id: string): Promise<Campaign> {
  if (!maySee(person, id)) throw noSuchCampaign();
  return requireCampaign(services, person.accountId, id);
}

/** Throws `forbidden` for who is neither admin nor supervisor. */
export function requireCampaignRole({ user }: Person): void {
  if (user.role === 'agent')
    throw new AppError('forbidden', 'Campaigns are for admins and supervisors. Ask an admin of your account.');
}

/** Throws `forbidden` for who is no admin: supervisors bring calls in, admins decide what campaigns there are. */
export function requireCampaignAdmin({ user }: Person): void {
  if (user.role !== 'admin')
    throw new AppError('forbidden', 'Only admins make, change and delete campaigns. Ask an admin of your account.');
}
