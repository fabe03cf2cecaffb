import { transaction } from '../../db/database.ts';
import { lockAccount } from '../../db/queries/account-lock.ts';
import {
  dropVerification,
  endAddressChanges,
  insertVerification,
  recentVerifications,
} from '../../db/queries/email-verification.ts';
import type { Mail, Mailer } from '../email/mailer.ts';
import type { Services } from '../services.ts';
import { requirePause } from './mail-pause.ts';
import { newToken } from './one-time-link.ts';

/** How long a link of a verification mail is good. */
export const verificationMs = 24 * 3_600_000;

const words = {
  kind: 'verification',
  instead: 'Use the link of the newest, or ask an admin whether your address is right.',
};

export interface LinkToMail {
  accountId: number;
  userId: number;
  /** Where it goes; the address that it proves. */
  email: string;
  /** The user's own address, which the other one takes the place of; null: it is his already. */
  replaces: string | null;
  mail(link: string): Omit<Mail, 'to'>;
}

/** Mails a link that proves an address. Throws `rate_limited`, and what the mailer says. */
export async function mailVerification(
  services: Services,
  mailer: Mailer,
  { accountId, userId, email, replaces, mail }: LinkToMail,
): Promise<void> {
  const { pool } = services.database;
  const { token, tokenHash } = newToken();
  await transaction(pool, async (connection) => {
    await lockAccount(connection, accountId);
    requirePause(await recentVerifications(connection, accountId, userId), words);
    // Whoever reads the mails of an address that was mistyped must not be able to confirm it any more.
    if (replaces !== null) await endAddressChanges(connection, accountId, userId);
    await insertVerification(connection, { tokenHash, accountId, userId, email, replaces, validMs: verificationMs });
  });
  try {
    await mailer.send({ to: [email], ...mail(`${services.config.publicUrl}/verify/${token}`) });
  } catch (error) {
    // Nobody has that link, so it must not count against the next one.
    await dropVerification(pool, tokenHash);
    throw error;
  }
}
