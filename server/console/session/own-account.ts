import { selectEmbedSecrets } from '../../../db/queries/console-embed.ts';
import { awaitedAddress } from '../../../db/queries/email-verification.ts';
import { findUser } from '../../../db/queries/users.ts';
import { type OwnMail, ownMail } from '../../accounts/own-address.ts';
import { campaignsFor } from '../../campaigns/access.ts';
import { sessionEnded } from '../../security/guards.ts';
import type { Session } from '../../security/sessions.ts';
import type { Services } from '../../services.ts';
import { signedIn } from '../trpc.ts';

/** What the signed-in user is in his account. */
export interface OwnAccount {
  /** And whether reports can be mailed there; where it is `unverified`, a verification mail can be sent. */
  address: { email: string; is_verified: boolean } & OwnMail;
  sign_in: {
    /** False: a host signs him in, and nothing else does. */
    has_password: boolean;
    /** A host opened this session. */
    is_hosted: boolean;
    /** The account has a host that signs users in, by their addresses. */
    is_known_to_host: boolean;
    /** The address that he has asked for, while the link in the mail there has not been used; null: none. */
    awaited_address: string | null;
  };
  /** What a supervisor sees. */
  teams: string[];
  campaigns: { id: string; name: string }[];
}

export const ownAccount = signedIn.query(async ({ ctx: { services, session } }): Promise<OwnAccount> => {
  const { accountId, user } = session;
  const person = await findUser(services.database.pool, accountId, user.id);
  if (!person) throw sessionEnded();
  return {
    address: {
      ...{ email: user.email, is_verified: person.emailVerifiedAt !== null },
      ...(await ownMail(services, accountId, person)),
    },
    sign_in: await signInOf(services, session, person.hasPassword),
    teams: user.role === 'supervisor' ? user.teams : [],
    campaigns: user.role === 'supervisor' ? await namedCampaigns(services, session) : [],
  };
});

async function signInOf(
  { database: { pool } }: Services,
  { accountId, user, kind }: Session,
  hasPassword: boolean,
): Promise<OwnAccount['sign_in']> {
  const [secrets, awaited] = await Promise.all([
    selectEmbedSecrets(pool, accountId),
    awaitedAddress(pool, accountId, user.id),
  ]);
  return {
    ...{ has_password: hasPassword, is_hosted: kind === 'embed', is_known_to_host: secrets.length > 0 },
    awaited_address: awaited,
  };
}

/** An id that is no campaign of the console stands for itself. */
async function namedCampaigns(services: Services, session: Session): Promise<OwnAccount['campaigns']> {
  const names = new Map((await campaignsFor(services, session)).map(({ id, name }) => [id, name]));
  return session.user.campaigns.map((id) => ({ id, name: names.get(id) ?? id }));
}
