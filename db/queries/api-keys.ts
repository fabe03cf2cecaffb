import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Scope } from '../../shared/api-key.ts';
import type { Connection } from '../database.ts';
import { parseUuid, uuidText } from '../uuid.ts';

/** A key that may be used now, with what proves that a caller holds it. */
export interface StoredKey {
  id: number;
  uid: string;
  accountId: number;
  accountUid: string;
  name: string;
  scopes: Scope[];
  lookup: string;
  /** SHA-256 of the secret. */
  secretHash: Buffer;
}

export type KeyStatus = 'active' | 'retiring' | 'expired' | 'revoked';

/** A key as it is listed. Of its secret only the last letters are there. */
export interface ListedKey {
  uid: string;
  name: string;
  status: KeyStatus;
  lookup: string;
  hint: string;
  scopes: Scope[];
  createdAt: Date;
  createdBy: string;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  retiresAt: Date | null;
  /** How long it was to live when it was made, in seconds; null: without end. */
  lifetimeSeconds: number | null;
}

export interface NewStoredKey {
  uid: Buffer;
  accountId: number;
  name: string;
  lookup: string;
  secretHash: Buffer;
  hint: string;
  sealedSigningSecret: string;
  scopes: readonly Scope[];
  createdBy: string;
  /** From now, by the database's clock; null: never. */
  expiresInSeconds: number | null;
}

const isLive = 'k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > NOW(3))';
const isUsable = `${isLive} AND (k.retires_at IS NULL OR k.retires_at > NOW(3))`;
const isActive = `${isLive} AND k.retires_at IS NULL`;
const isRetiring = `${isUsable} AND k.retires_at IS NOT NULL`;

const usable = `SELECT k.id, k.uid, k.account_id, a.uid AS account_uid, k.name, k.scopes, k.lookup, k.secret_hash
  FROM api_key k JOIN account a ON a.id = k.account_id`;

/** Those of the keys that may be used now (active or being rotated out), in one query for many callers. */
export async function findUsableKeys(pool: Pool, lookups: readonly string[]): Promise<StoredKey[]> {
  if (lookups.length === 0) return [];
  const [rows] = await pool.query<RowDataPacket[]>(`${usable} WHERE k.lookup IN (?) AND ${isUsable}`, [
    lookups.map((lookup) => Buffer.from(lookup, 'latin1')),
  ]);
  return rows.map(storedKey);
}

/** The same by the key's public id; undefined also for a text that is no id. */
export async function findUsableKeyByUid(pool: Pool, uid: string): Promise<StoredKey | undefined> {
  const id = parseUuid(uid);
  if (!id) return undefined;
  const [rows] = await pool.query<RowDataPacket[]>(`${usable} WHERE k.uid = ? AND ${isUsable}`, [id]);
  return rows[0] && storedKey(rows[0]);
}

/** Notes that the keys were used, not more often than once a minute each, so that calls do not queue up for a row. */
export async function touchKeys(pool: Pool, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await pool.query(
    'UPDATE api_key SET last_used_at = NOW(3) WHERE id IN (?) AND (last_used_at IS NULL OR last_used_at < NOW(3) - INTERVAL 1 MINUTE)',
    [ids],
  );
}

/** Keys in use, and beside them those that are being rotated out. */
export async function countKeys(
  connection: Connection,
  accountId: number,
): Promise<{ active: number; retiring: number }> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COUNT(CASE WHEN ${isActive} THEN 1 END) AS active, COUNT(CASE WHEN ${isRetiring} THEN 1 END) AS retiring
       FROM api_key k WHERE k.account_id = ?`,
    [accountId],
  );
  return { active: rows[0]?.active ?? 0, retiring: rows[0]?.retiring ?? 0 };
}

export async function insertKey(connection: PoolConnection, key: NewStoredKey): Promise<void> {
  await connection.query(
    `INSERT INTO api_key (uid, account_id, name, lookup, secret_hash, hint, sealed_signing_secret, scopes, created_by, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NOW(3), NOW(3) + INTERVAL ? SECOND)`,
    [
      key.uid,
      key.accountId,
      key.name,
      Buffer.from(key.lookup, 'latin1'),
      key.secretHash,
      key.hint,
      key.sealedSigningSecret,
      key.scopes.join(','),
      key.createdBy,
      key.expiresInSeconds,
    ],
  );
}

const listed = `SELECT k.uid, k.name, k.lookup, k.hint, k.scopes, k.created_at, k.created_by, k.last_used_at, k.expires_at, k.retires_at,
  TIMESTAMPDIFF(SECOND, k.created_at, k.expires_at) AS lifetime_seconds,
  CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked' WHEN NOT (${isUsable}) THEN 'expired'
    WHEN k.retires_at IS NOT NULL THEN 'retiring' ELSE 'active' END AS status
  FROM api_key k WHERE k.account_id = ?`;

/** The active ones first, then those being rotated out, then those that have ended; the newest first. */
export async function selectKeys(connection: Connection, accountId: number): Promise<ListedKey[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `${listed} ORDER BY (${isActive}) DESC, (${isUsable}) DESC, k.id DESC LIMIT 100`,
    [accountId],
  );
  return rows.map(listedKey);
}

export async function selectKey(
  connection: Connection,
  accountId: number,
  uid: Buffer,
): Promise<ListedKey | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(`${listed} AND k.uid = ?`, [accountId, uid]);
  return rows[0] && listedKey(rows[0]);
}

/** Ends the key now; one that was revoked before keeps its time. False when the account has no such key. */
export async function revokeKey(pool: Pool, accountId: number, uid: Buffer): Promise<boolean> {
  const [result] = await pool.query<ResultSetHeader>(
    'UPDATE api_key SET revoked_at = NOW(3) WHERE account_id = ? AND uid = ? AND revoked_at IS NULL',
    [accountId, uid],
  );
  if (result.affectedRows === 1) return true;
  const [rows] = await pool.query<RowDataPacket[]>('SELECT 1 FROM api_key WHERE account_id = ? AND uid = ?', [
    accountId,
    uid,
  ]);
  return rows.length === 1;
}

export async function retireKey(
  connection: PoolConnection,
  accountId: number,
  uid: Buffer,
  overlapSeconds: number,
): Promise<void> {
  await connection.query(
    'UPDATE api_key SET retires_at = NOW(3) + INTERVAL ? SECOND WHERE account_id = ? AND uid = ?',
    [overlapSeconds, accountId, uid],
  );
}

export async function selectNewestActiveKey(
  connection: Connection,
  accountId: number,
): Promise<{ uid: string; sealedSigningSecret: string } | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT k.uid, k.sealed_signing_secret FROM api_key k WHERE k.account_id = ? AND ${isActive} ORDER BY k.id DESC LIMIT 1`,
    [accountId],
  );
  return rows[0] && { uid: uuidText(rows[0].uid), sealedSigningSecret: rows[0].sealed_signing_secret };
}

function storedKey(row: RowDataPacket): StoredKey {
  return {
    id: row.id,
    uid: uuidText(row.uid),
    accountId: row.account_id,
    accountUid: uuidText(row.account_uid),
    name: row.name,
    scopes: row.scopes.split(','),
    lookup: row.lookup.toString('latin1'),
    secretHash: row.secret_hash,
  };
}

function listedKey(row: RowDataPacket): ListedKey {
  return {
    uid: uuidText(row.uid),
    name: row.name,
    status: row.status,
    lookup: row.lookup.toString('latin1'),
    hint: row.hint,
    scopes: row.scopes.split(','),
    createdAt: row.created_at,
    createdBy: row.created_by,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    retiresAt: row.retires_at,
    lifetimeSeconds: row.lifetime_seconds,
  };
}
