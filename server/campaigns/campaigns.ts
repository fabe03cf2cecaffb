import { randomFillSync } from 'node:crypto';
import type { z } from 'zod';
import { type Connection, transaction } from '../../db/database.ts';
import {
  insertCampaign,
  lockCampaign,
  type StoredCampaign,
  selectCampaign,
  selectCampaignByName,
  selectCampaigns,
  updateCampaign,
} from '../../db/queries/campaigns.ts';
import { type CampaignInput, type CampaignSettings, campaignInputSchema } from '../../shared/campaign.ts';
import { AppError } from '../../shared/error.ts';
import { parseInput } from '../parse-input.ts';
import type { Services } from '../services.ts';
import { requireVersion, versionOf } from '../version.ts';

/** A body of conversations. They belong to it by the mark in their metadata: see mark.ts. */
export interface Campaign {
  /** 24 hex digits. */
  id: string;
  /** The database's own. */
  rowId: number;
  name: string;
  settings: CampaignSettings;
  createdBy: string;
  createdAt: Date;
}

type Database = Pick<Services, 'database'>;

/** Throws `conflict` when the account has a campaign of that name. */
export async function createCampaign(
  { database }: Database,
  accountId: number,
  input: CampaignInput,
  by: string,
): Promise<{ id: string; name: string }> {
  const { name, settings = noSettings } = parseInput(campaignInputSchema, input);
  const uid = newUid();
  if (await insertCampaign(database.pool, accountId, { uid, name, settings, createdBy: by }))
    return { id: uid.toString('hex'), name };
  throw await nameTaken(database.pool, accountId, name);
}

/**
 * Another name and other settings. Conversations that are there keep the name that they were given; they belong to the
 * campaign by its id. Throws `not_found` and `conflict`: for a name that is taken, and at `version` where somebody has
 * saved since the form was opened.
 */
export async function changeCampaign(
  { database }: Database,
  accountId: number,
  id: string,
  { version, ...input }: z.output<typeof campaignInputSchema> & { version: string },
): Promise<void> {
  const uid = Buffer.from(id, 'hex');
  await transaction(database.pool, async (connection) => {
    const now = await lockCampaign(connection, accountId, uid);
    if (!now) throw noSuchCampaign();
    const changed = { uid, name: input.name, settings: input.settings ?? now.settings };
    if (campaignVersion(changed) === campaignVersion(now)) return;
    requireVersion(version, { name: `"${now.name}"`, versions: [campaignVersion(now)] });
    if (!(await updateCampaign(connection, accountId, changed)))
      throw await nameTaken(connection, accountId, input.name);
  });
}

/** Of what the form of a campaign shows. */
export function campaignVersion({ name, settings }: Pick<Campaign, 'name' | 'settings'>): string {
  return versionOf({ name, settings });
}

/** The account's campaigns by name. */
export async function listCampaigns({ database }: Database, accountId: number): Promise<Campaign[]> {
  return (await selectCampaigns(database.pool, accountId)).map(campaignOf);
}

/** Undefined for an id that is none of this account's campaigns. */
export async function findCampaign(
  { database }: Database,
  accountId: number,
  id: string,
): Promise<Campaign | undefined> {
  if (!/^[0-9a-f]{24}$/i.test(id)) return undefined;
  const found = await selectCampaign(database.pool, accountId, Buffer.from(id, 'hex'));
  return found && campaignOf(found);
}

/** Throws `not_found`. */
export async function requireCampaign(services: Database, accountId: number, id: string): Promise<Campaign> {
  const found = await findCampaign(services, accountId, id);
  if (!found) throw noSuchCampaign();
  return found;
}

export function noSuchCampaign(): AppError {
  return new AppError('not_found', 'There is no such campaign. Go back to the list; somebody may have deleted it.');
}

export function campaignOf({ id, uid, name, settings, createdBy, createdAt }: StoredCampaign): Campaign {
  return { id: uid.toString('hex'), rowId: id, name, settings, createdBy, createdAt };
}

const noSettings: CampaignSettings = { defaults: {} };

async function nameTaken(connection: Connection, accountId: number, name: string): Promise<AppError> {
  const taken = await selectCampaignByName(connection, accountId, name);
  return new AppError(
    'conflict',
    `This account already has a campaign "${taken?.name ?? name}"${taken ? `; its id is ${taken.uid.toString('hex')}` : ''}. Use it, or choose another name.`,
    { field: 'name' },
  );
}

/** Seconds since 1970, then random bytes: the shape that these ids have where their callers know them from. */
function newUid(): Buffer {
  const uid = Buffer.alloc(12);
  uid.writeUInt32BE(Math.floor(Date.now() / 1000));
  return randomFillSync(uid, 4);
}
