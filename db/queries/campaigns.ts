import type { PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { type CampaignSettings, campaignMark } from '../../shared/campaign.ts';
import { type Connection, isDuplicateKey } from '../database.ts';

export interface StoredCampaign {
  id: number;
  /** 12 bytes. */
  uid: Buffer;
  name: string;
  settings: CampaignSettings;
  createdBy: string;
  createdAt: Date;
}

const columns = 'id, uid, name, settings, created_by, created_at';

/** False: the account has one of that name. */
export async function insertCampaign(
  connection: Connection,
  accountId: number,
  { uid, name, settings, createdBy }: Omit<StoredCampaign, 'id' | 'createdAt'>,
): Promise<boolean> {
  return unlessTaken(
    connection.query('INSERT INTO campaign (account_id, uid, name, settings, created_by) VALUES (?, ?, ?, ?, ?)', [
      accountId,
      uid,
      name,
      JSON.stringify(settings),
      createdBy,
    ]),
  );
}

/** False: another campaign of the account has that name. */
export async function updateCampaign(
  connection: Connection,
  accountId: number,
  { uid, name, settings }: Pick<StoredCampaign, 'uid' | 'name' | 'settings'>,
): Promise<boolean> {
  return unlessTaken(
    connection.query('UPDATE campaign SET name = ?, settings = ? WHERE account_id = ? AND uid = ?', [
      name,
      JSON.stringify(settings),
      accountId,
      uid,
    ]),
  );
}

async function unlessTaken(writing: Promise<unknown>): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** In order of name. */
export async function selectCampaigns(connection: Connection, accountId: number): Promise<StoredCampaign[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${columns} FROM campaign WHERE account_id = ? ORDER BY name, id`,
    [accountId],
  );
  return rows.map(stored);
}

export async function selectCampaign(
  connection: Connection,
  accountId: number,
  uid: Buffer,
): Promise<StoredCampaign | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${columns} FROM campaign WHERE account_id = ? AND uid = ?`,
    [accountId, uid],
  );
  return rows[0] && stored(rows[0]);
}

/** The same, kept as it is until the transaction ends. */
export async function lockCampaign(
  connection: PoolConnection,
  accountId: number,
  uid: Buffer,
): Promise<StoredCampaign | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${columns} FROM campaign WHERE account_id = ? AND uid = ? FOR UPDATE`,
    [accountId, uid],
  );
  return rows[0] && stored(rows[0]);
}

export async function selectCampaignByName(
  connection: Connection,
  accountId: number,
  name: string,
): Promise<StoredCampaign | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${columns} FROM campaign WHERE account_id = ? AND name = ?`,
    [accountId, name],
  );
  return rows[0] && stored(rows[0]);
}

/** Whether some conversation carries the campaign's mark. Reads the whole account where none does. */
export async function hasConversations(
  connection: Connection,
  accountId: number,
  campaignId: string,
): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT 1 FROM interaction i
      WHERE i.account_id = ? AND i.metadata LIKE ? AND JSON_VALUE(i.metadata, '$.${campaignMark}') = ? LIMIT 1`,
    [accountId, `%${campaignId}%`, campaignId],
  );
  return rows.length > 0;
}

/** Mail addresses of those whose scope names the campaign. */
export async function selectUsersOfCampaign(
  connection: Connection,
  accountId: number,
  campaignId: string,
): Promise<string[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT email FROM user WHERE account_id = ? AND JSON_CONTAINS(campaigns, JSON_QUOTE(?)) ORDER BY email',
    [accountId, campaignId],
  );
  return rows.map((row) => row.email);
}

export async function deleteCampaign(connection: PoolConnection, accountId: number, id: number): Promise<void> {
  await connection.query<ResultSetHeader>(
    `DELETE f FROM campaign_import_file f JOIN campaign_import i ON i.id = f.import_id
      WHERE i.account_id = ? AND i.campaign_id = ?`,
    [accountId, id],
  );
  await connection.query('DELETE FROM campaign_import WHERE account_id = ? AND campaign_id = ?', [accountId, id]);
  await connection.query('DELETE FROM campaign WHERE account_id = ? AND id = ?', [accountId, id]);
}

function stored(row: RowDataPacket): StoredCampaign {
  const settings: CampaignSettings = row.settings ? JSON.parse(row.settings) : { defaults: {} };
  return { id: row.id, uid: row.uid, name: row.name, settings, createdBy: row.created_by, createdAt: row.created_at };
}
