import type { PoolConnection } from 'mysql2/promise';
import { z } from 'zod';
import { transaction } from '../../db/database.ts';
import { isTaken, modelsOf } from '../../db/models/models.ts';
import { lockAccount } from '../../db/queries/account-lock.ts';
import { addScopeFields } from '../../db/queries/attributes.ts';
import { endAddressChanges } from '../../db/queries/email-verification.ts';
import { endInvitations, openInvitations } from '../../db/queries/invitations.ts';
import { recentTeams } from '../../db/queries/known-teams.ts';
import {
  countOtherAdmins,
  endSessionsOf,
  findUserByUid,
  selectUsers,
  type UserColumns,
  type UserRecord,
  updateUser,
} from '../../db/queries/users.ts';
import { newId, parseUuid, uuidText } from '../../db/uuid.ts';
import { type Role, roleSchema } from '../../shared/configuration.ts';
import { AppError } from '../../shared/error.ts';
import { nameSchema } from '../../shared/name.ts';
import { parseInput } from '../parse-input.ts';
import { hashPassword } from '../security/passwords.ts';
import type { Services } from '../services.ts';

const passwordSchema = z.string().max(1000);
/** Names of teams, ids of campaigns: what a supervisor sees. */
const boundsSchema = z.array(z.string().trim().min(1).max(200)).max(500);

/** Case does not tell addresses apart. */
export const emailSchema = z
  .email('an e-mail address')
  .max(191, 'an e-mail address of at most 191 characters')
  .transform((email) => email.toLowerCase());

const newUserSchema = z.object({
  email: emailSchema,
  password: passwordSchema.optional(),
  role: roleSchema,
  name: nameSchema.optional(),
  teams: boundsSchema.default([]),
  campaigns: boundsSchema.default([]),
  verified: z.boolean().default(false),
});
export type NewUser = z.input<typeof newUserSchema>;

/** What an admin says of a new user. That an address is verified is not his to say. */
export const userInputSchema = z.strictObject(newUserSchema.omit({ verified: true }).shape);

/** What an admin may change of one. The address is who he is: he changes it himself, and proves the new one. */
export const userChangeSchema = z.strictObject({
  name: nameSchema.nullable().optional(),
  role: roleSchema.optional(),
  teams: boundsSchema.optional(),
  campaigns: boundsSchema.optional(),
  /** A new one; ends the sessions that he has open. */
  password: passwordSchema.optional(),
  enabled: z.boolean().optional(),
});
export type UserChange = z.infer<typeof userChangeSchema>;

export interface UserView {
  uid: string;
  email: string;
  name: string | null;
  role: Role;
  teams: string[];
  campaigns: string[];
  /** Whether the address is known to be his: reports are mailed to no other. */
  is_verified: boolean;
  is_enabled: boolean;
  created_at: string;
  /** To the minute; null: never. */
  last_seen_at: string | null;
  /** False: he signs in nowhere but where a host signs for him. */
  has_password: boolean;
  /** Until when he may choose his password by an invitation; null: there is none. */
  invited_until: string | null;
}

/** Everybody of the account, by address. */
export async function listUsers({ database }: Services, accountId: number): Promise<UserView[]> {
  const [users, invited] = await Promise.all([
    selectUsers(database.pool, accountId),
    openInvitations(database.pool, accountId),
  ]);
  return users.map((user) => view(user, invited.get(user.id)));
}

/** Teams that a supervisor may be bounded to: of the newest interactions, and of users. */
export async function knownTeams({ database: { pool } }: Services, accountId: number): Promise<string[]> {
  const [recent, users] = await Promise.all([recentTeams(pool, accountId), selectUsers(pool, accountId)]);
  return [...new Set([...recent, ...users.flatMap((user) => user.teams)])].sort();
}

/** Throws `conflict` when the account has a user of that address. Without a password only the frame signs them in. */
export async function createUser(
  services: Services,
  accountId: number,
  input: NewUser,
): Promise<{ id: number; uid: string }> {
  const user = parseInput(newUserSchema, input);
  try {
    const row = await (await modelsOf(services.database)).User.create({
      account_id: accountId,
      uid: newId(),
      email: user.email,
      name: user.name ?? null,
      role: user.role,
      password_hash: user.password === undefined ? null : await hashPassword(user.password),
      email_verified_at: user.verified ? new Date() : null,
      teams: user.teams,
      campaigns: user.campaigns,
    });
    await addScopeFields(services.database.pool, accountId, user.role);
    return { id: row.id, uid: uuidText(row.uid) };
  } catch (error) {
    if (isTaken(error))
      throw new AppError('conflict', `This account already has a user ${user.email}.`, { field: 'email' });
    throw error;
  }
}

/**
 * Changes what is given. It holds at once, in every session that is open and for reports that wait; a user who is
 * disabled is signed out. Throws `conflict` where nobody would be left to administer the account.
 */
export async function changeUser(
  { database }: Services,
  accountId: number,
  uid: string,
  { password, enabled, ...change }: UserChange,
): Promise<void> {
  const columns: UserColumns = {
    ...change,
    ...(password !== undefined && { password_hash: await hashPassword(password) }),
    ...(enabled !== undefined && { disabled_at: enabled ? null : new Date() }),
  };
  await transaction(database.pool, async (connection) => {
    await lockAccount(connection, accountId);
    const user = await requireUser(connection, accountId, uid);
    const staysAdmin = (change.role ?? user.role) === 'admin' && enabled !== false;
    if (user.role === 'admin' && !user.disabledAt && !staysAdmin) await requireOtherAdmin(connection, accountId, user);
    await updateUser(connection, accountId, user.id, columns);
    if (change.role) await addScopeFields(connection, accountId, change.role);
    if (enabled === false || password !== undefined) {
      await endSessionsOf(connection, accountId, user.id);
      await endInvitations(connection, accountId, user.id);
      await endAddressChanges(connection, accountId, user.id);
    }
  });
}

async function requireUser(connection: PoolConnection, accountId: number, uid: string): Promise<UserRecord> {
  const id = parseUuid(uid);
  const user = id && (await findUserByUid(connection, accountId, id));
  if (user) return user;
  throw noSuchUser();
}

export function noSuchUser(): AppError {
  return new AppError('not_found', 'This user is not there. Reload the page to see who is.');
}

async function requireOtherAdmin(
  connection: PoolConnection,
  accountId: number,
  { id, email }: UserRecord,
): Promise<void> {
  if ((await countOtherAdmins(connection, accountId, id)) > 0) return;
  throw new AppError(
    'conflict',
    `${email} is the account's last admin who can sign in. Make somebody else an admin first, and let them sign in.`,
  );
}

function view({ uid, emailVerifiedAt, disabledAt, ...user }: UserRecord, invitedUntil: Date | undefined): UserView {
  const { email, name, role, teams, campaigns } = user;
  return {
    ...{ uid: uuidText(uid), email, name, role, teams, campaigns },
    ...{ is_verified: emailVerifiedAt !== null, is_enabled: disabledAt === null },
    created_at: user.createdAt.toISOString(),
    last_seen_at: user.lastSeenAt?.toISOString() ?? null,
    has_password: user.hasPassword,
    invited_until: invitedUntil?.toISOString() ?? null,
  };
}
