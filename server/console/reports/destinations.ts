import { exportConnectors } from '../../../db/queries/connectors.ts';
import { findUser } from '../../../db/queries/users.ts';
import { type OwnMail, ownMail } from '../../accounts/own-address.ts';
import { sessionEnded } from '../../security/guards.ts';
import { signedIn } from '../trpc.ts';

/** Where the signed-in user may send a report from the Analysis List. */
export interface ReportDestinations {
  /** To the user's own address; there is no other. */
  email_me: { address: string } & OwnMail;
  /** Export connectors; for whoever is no admin, or where the console is off, none. */
  connectors: { uid: string; name: string; type: string; is_enabled: boolean }[];
}

export const destinations = signedIn.query(async ({ ctx: { services, session } }): Promise<ReportDestinations> => {
  const { accountId, user, account } = session;
  const { pool } = services.database;
  const person = await findUser(pool, accountId, user.id);
  if (!person) throw sessionEnded();
  const mayUseConnectors = user.role === 'admin' && account.consoleEnabled;
  const connectors = mayUseConnectors ? await exportConnectors(pool, accountId) : [];
  return {
    email_me: { address: user.email, ...(await ownMail(services, accountId, person)) },
    connectors: connectors.map(({ uid, name, type, isEnabled }) => ({ uid, name, type, is_enabled: isEnabled })),
  };
});
