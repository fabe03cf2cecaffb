import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../../db/database.ts';
import {
  deleteEndedSessions,
  deleteSession,
  insertSession,
  isRenewable,
  type SessionRow,
  selectSession,
  touchSession,
} from '../../db/queries/sessions.ts';
import { uuidText } from '../../db/uuid.ts';
import type { Role } from '../../shared/configuration.ts';
import { type Keyring, sign } from './seal.ts';

/** A session ends 30 minutes after its last use, and 12 hours after it began whatever happens: a long shift, no more. */
export const idleMs = 30 * 60_000;
export const absoluteMs = 12 * 3_600_000;
/** Use moves the idle end at most once in this time, so that reading does not mean writing. */
const touchEveryMs = 60_000;

/** What sessions are kept with. */
export interface SessionServices {
  database: Database;
  keyring: Keyring;
}

export interface Session {
  tokenHash: Buffer;
  kind: 'password' | 'embed';
  accountId: number;
  account: { uid: string; name: string; timezone: string; consoleEnabled: boolean };
  user: {
    id: number;
    uid: string;
    email: string;
    name: string | null;
    role: Role;
    teams: string[];
    campaigns: string[];
  };
  /** Until it ends when nobody uses it. */
  idleRemainingMs: number;
  /** Until it ends whatever happens. */
  remainingMs: number;
}

export interface NewSessionTokens {
  /** The bearer token: in the page's memory and nowhere else. */
  token: string;
  /** For the standalone console's cookie; null in a frame. */
  renewal: string | null;
}

type Opening = { accountId: number; userId: number; kind: Session['kind'] };

/**
 * Opens a session. Only hashes of its tokens are stored. With a password the console stands alone and survives a
 * reload by the renewal cookie; in a frame the host is asked for a new token instead.
 */
export async function openSession(services: SessionServices, opening: Opening): Promise<NewSessionTokens> {
  const renewal = opening.kind === 'password' ? randomBytes(32).toString('base64url') : null;
  const token = renewal === null ? randomBytes(32).toString('base64url') : bearerOf(services, renewal);
  const { pool } = services.database;
  await insertSession(pool, {
    ...opening,
    tokenHash: hash(token),
    renewalHash: renewal === null ? null : hash(renewal),
    idleMs,
  });
  await deleteEndedSessions(pool);
  return { token, renewal };
}

/**
 * The bearer token of the session that this cookie belongs to, or undefined when it has ended. The token is derived from
 * the cookie's value, so all tabs of one browser share one session and signing out in one ends it in all.
 */
export async function renewSession(services: SessionServices, renewal: string): Promise<string | undefined> {
  if (!(await isRenewable(services.database.pool, hash(renewal)))) return undefined;
  return bearerOf(services, renewal);
}

/** The live session of a bearer token; finding it counts as use. */
export async function findSession(services: SessionServices, token: string): Promise<Session | undefined> {
  return useSession(services, hash(token));
}

/** The same by the hash that tickets carry. */
export async function useSession(services: SessionServices, tokenHash: Buffer): Promise<Session | undefined> {
  const session = await peekSession(services, tokenHash);
  if (session && session.idleRemainingMs < Math.min(idleMs - touchEveryMs, session.remainingMs))
    await touchSession(services.database.pool, tokenHash, { idleMs, absoluteMs });
  return session;
}

/** Looks without counting as use: a stream that merely stays open must not keep a session alive. */
export async function peekSession(services: SessionServices, tokenHash: Buffer): Promise<Session | undefined> {
  const row = await selectSession(services.database.pool, tokenHash);
  return row && fromRow(tokenHash, row);
}

export async function closeSession(services: SessionServices, session: Session): Promise<void> {
  await deleteSession(services.database.pool, session.tokenHash);
}

function bearerOf(services: SessionServices, renewal: string): string {
  return sign(services.keyring.derive('sessions'), renewal);
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function fromRow(tokenHash: Buffer, row: SessionRow): Session {
  return {
    tokenHash,
    kind: row.kind,
    accountId: row.account_id,
    account: {
      uid: uuidText(row.account_uid),
      name: row.account_name,
      timezone: row.timezone,
      consoleEnabled: row.console_enabled === 1,
    },
    user: {
      id: row.user_id,
      uid: uuidText(row.user_uid),
      email: row.email,
      name: row.user_name,
      role: row.role as Role,
      teams: JSON.parse(row.teams),
      campaigns: JSON.parse(row.campaigns),
    },
    idleRemainingMs: Number(row.idle_ms),
    remainingMs: absoluteMs - Number(row.age_ms),
  };
}
