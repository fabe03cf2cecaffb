import { randomFillSync } from 'node:crypto';
import { z } from 'zod';
import {
  insertCampaign,
  type StoredCampaign,
  selectCampaign,
  selectCampaignByName,
  selectCampaigns,
} from '../../db/queries/campaigns.ts';
import { AppError } from '../../shared/error.ts';
import { parseInput } from '../configuration/parse.ts';
import type { Services } from '../services.ts';

/** What uploads of AlloBrain's callers name by its id. */
export interface Campaign {
  /** 24 hex digits. */
  id: string;
  name: string;
  createdBy: string;
  createdAt: Date;
}

type Database = Pick<Services, 'database'>;

const newCampaignSchema = z.object({
  name: z.string().trim().min(1, 'a name').max(120, 'at most 120 characters'),
});

/** Throws `conflict` when the account has a campaign of that name. */
export async function createCampaign(
  { database }: Database,
  accountId: number,
  input: z.input<typeof newCampaignSchema>,
  by: string,
): Promise<{ id: string; name: string }> {
  const { name } = parseInput(newCampaignSchema, input);
  const uid = newUid();
  if (await insertCampaign(database.pool, accountId, { uid, name, createdBy: by }))
    return { id: uid.toString('hex'), name };
  const taken = await selectCampaignByName(database.pool, accountId, name);
  throw new AppError(
    'conflict',
    `This account already has a campaign "${taken?.name ?? name}"${taken ? `; its id is ${taken.uid.toString('hex')}` : ''}. Use it, or choose another name.`,
    { field: 'name' },
  );
}

/** The account's campaigns by name. */
export async function listCampaigns({ database }: Database, accountId: number): Promise<Campaign[]> {
  return (await selectCampaigns(database.pool, accountId)).map(view);
}

/** Undefined for an id that is none of this account's campaigns. */
export async function findCampaign(
  { database }: Database,
  accountId: number,
  id: string,
): Promise<Campaign | undefined> {
  if (!/^[0-9a-f]{24}$/i.test(id)) return undefined;
  const found = await selectCampaign(database.pool, accountId, Buffer.from(id, 'hex'));
  return found && view(found);
}

function view({ uid, name, createdBy, createdAt }: StoredCampaign): Campaign {
  return { id: uid.toString('hex'), name, createdBy, createdAt };
}

/** Seconds since 1970, then random bytes: the shape that these ids have where their callers know them from. */
function newUid(): Buffer {
  const uid = Buffer.alloc(12);
  uid.writeUInt32BE(Math.floor(Date.now() / 1000));
  return randomFillSync(uid, 4);
}
