import type { Pool } from 'mysql2/promise';
import { usableInboxes } from '../../db/queries/inbox-logins.ts';
import type { Visit } from './visit.ts';

/**
 * Looks after those who are signed in: visits end whose login is not what it was. Whoever signs in meanwhile is looked after
 * the next time, for what the database said is of those who were there when it was asked.
 */
export async function lookAtVisits(pool: Pool, visits: ReadonlySet<Pick<Visit, 'login' | 'look'>>): Promise<void> {
  const signedIn = [...visits].flatMap((visit) => (visit.login ? [{ visit, login: visit.login }] : []));
  const usable = await usableInboxes(pool, [...new Set(signedIn.map(({ login }) => login.connectorId))]);
  for (const { visit, login } of signedIn) await visit.look(usable.get(login.connectorId));
}
