import { knownTeams } from '../../accounts/users.ts';
import { listCampaigns } from '../../campaigns/campaigns.ts';
import { admin } from '../trpc.ts';

export interface UserChoices {
  /** Known from the newest interactions and from other users; others may be typed. */
  teams: string[];
  campaigns: { id: string; name: string }[];
  /** Whether this installation can mail a link to somebody. */
  can_mail: boolean;
}

/** What the form of a user offers. */
export const choices = admin.query(async ({ ctx: { services, session } }): Promise<UserChoices> => {
  const [teams, campaigns] = await Promise.all([
    knownTeams(services, session.accountId),
    listCampaigns(services, session.accountId),
  ]);
  return {
    teams,
    campaigns: campaigns.map(({ id, name }) => ({ id, name })),
    can_mail: services.config.emailFrom !== undefined,
  };
});
