import type { Pool, RowDataPacket } from 'mysql2/promise';
import { isDuplicateKey } from '../database.ts';

export interface EmbedSecretRow {
  kid: string;
  account_id: number;
  account_uid: Buffer;
  sealed_secret: string;
}

const columns = 's.kid, s.account_id, s.sealed_secret, a.uid AS account_uid';

/** The secret that a token names, unless it was revoked. */
export async function selectEmbedSecret(pool: Pool, kid: string): Promise<EmbedSecretRow | undefined> {
  const [rows] = await pool.query<(EmbedSecretRow & RowDataPacket)[]>(
    `SELECT ${columns} FROM embed_secret s JOIN account a ON a.id = s.account_id WHERE s.kid = ? AND s.revoked_at IS NULL`,
    [kid],
  );
  return rows[0];
}

/** The account's live secrets, newest first. */
export async function selectEmbedSecrets(pool: Pool, accountId: number): Promise<EmbedSecretRow[]> {
  const [rows] = await pool.query<(EmbedSecretRow & RowDataPacket)[]>(
    `SELECT ${columns} FROM embed_secret s JOIN account a ON a.id = s.account_id
     WHERE s.account_id = ? AND s.revoked_at IS NULL ORDER BY s.id DESC`,
    [accountId],
  );
  return rows;
}

export async function insertEmbedSecret(
  pool: Pool,
  secret: { kid: string; accountId: number; sealedSecret: string },
): Promise<void> {
  await pool.query('INSERT INTO embed_secret (kid, account_id, sealed_secret, created_at) VALUES (?,?,?,NOW(3))', [
    secret.kid,
    secret.accountId,
    secret.sealedSecret,
  ]);
}

export async function revokeEmbedSecrets(pool: Pool, accountId: number, kids: string[]): Promise<void> {
  if (kids.length === 0) return;
  await pool.query('UPDATE embed_secret SET revoked_at = NOW(3) WHERE account_id = ? AND kid IN (?)', [
    accountId,
    kids,
  ]);
}

/** Uses a token up. False: it was used before. The row is kept for as long as the token could be accepted. */
export async function useUpToken(
  pool: Pool,
  { accountId, jti, expiresAt }: { accountId: number; jti: string; expiresAt: Date },
): Promise<boolean> {
  await pool.query('DELETE FROM embed_token_used WHERE expires_at < NOW(3) LIMIT 100');
  try {
    await pool.query('INSERT INTO embed_token_used (account_id, jti, expires_at) VALUES (?,?,?)', [
      accountId,
      Buffer.from(jti),
      expiresAt,
    ]);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
