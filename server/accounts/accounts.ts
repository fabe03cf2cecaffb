import { z } from 'zod';
import type { AccountRow } from '../../db/models/account.ts';
import { modelsOf } from '../../db/models/models.ts';
import { newId, parseUuid, uuidText } from '../../db/uuid.ts';
import { defaultSchedule, zoneSchema } from '../../shared/job.ts';
import { parseInput } from '../configuration/parse.ts';
import type { Services } from '../services.ts';
import { type Account, getAccount, noAccount } from './account.ts';
import { createUser } from './users.ts';

const originSchema = z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin);

const nameSchema = z.string().trim().min(1).max(120);

const settingsSchema = z.object({
  name: nameSchema.optional(),
  timezone: zoneSchema.optional(),
  consoleEnabled: z.boolean().optional(),
  frameOrigins: z.array(originSchema).optional(),
  emailDomains: z.array(z.string().regex(/^[a-z0-9.-]+\.[a-z]{2,}$/i, 'a mail domain such as example.com')).optional(),
});
export type AccountSettings = z.input<typeof settingsSchema>;

const newAccountSchema = settingsSchema.extend({ name: nameSchema });

export interface NewAccount {
  name: string;
  adminEmail: string;
  adminPassword: string;
  timezone?: string;
  console?: boolean;
}

/** Makes an account with its first administrator. Both or neither are there afterwards. */
export async function createAccount(services: Services, account: NewAccount): Promise<{ id: number; uid: string }> {
  const settings = parseInput(newAccountSchema, {
    name: account.name,
    timezone: account.timezone,
    consoleEnabled: account.console,
  });
  const { Account } = await modelsOf(services.database);
  const row = await Account.create({
    uid: newId(),
    name: settings.name,
    timezone: settings.timezone ?? defaultSchedule.timezone,
    console_enabled: settings.consoleEnabled ?? false,
    frame_origins: [],
    email_domains: [],
  });
  try {
    await createUser(services, row.id, {
      email: account.adminEmail,
      password: account.adminPassword,
      role: 'admin',
      verified: true,
    });
  } catch (error) {
    await row.destroy();
    throw error;
  }
  return { id: row.id, uid: uuidText(row.uid) };
}

/** Changes what is given and leaves the rest. */
export async function setAccount(services: Services, uid: string, input: AccountSettings): Promise<Account> {
  const settings = parseInput(settingsSchema, input);
  const row = await accountRow(services, uid);
  if (settings.name !== undefined) row.name = settings.name;
  if (settings.timezone !== undefined) row.timezone = settings.timezone;
  if (settings.consoleEnabled !== undefined) row.console_enabled = settings.consoleEnabled;
  if (settings.frameOrigins !== undefined) row.frame_origins = settings.frameOrigins;
  if (settings.emailDomains !== undefined) row.email_domains = settings.emailDomains;
  await row.save();
  return getAccount(services, uid);
}

async function accountRow(services: Services, uid: string): Promise<AccountRow> {
  const id = parseUuid(uid);
  const row = id && (await (await modelsOf(services.database)).Account.findOne({ where: { uid: id } }));
  if (!row) throw noAccount(uid);
  return row;
}
