import { z } from 'zod';
import { transaction } from '../../db/database.ts';
import { modelsOf } from '../../db/models/models.ts';
import { type AccountColumns, updateAccount } from '../../db/queries/accounts.ts';
import { databaseNow } from '../../db/queries/clock.ts';
import { forgetConversations } from '../../db/queries/conversation-caps.ts';
import { newId, uuidText } from '../../db/uuid.ts';
import { defaultSchedule, zoneSchema } from '../../shared/job.ts';
import { nameSchema } from '../../shared/name.ts';
import { parseInput } from '../parse-input.ts';
import { planJobs } from '../schedule/fire.ts';
import type { Services } from '../services.ts';
import { type Account, getAccount } from './account.ts';
import { createUser } from './users.ts';

const originSchema = z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin);

/** Calls a minute; null: as the contract has it. */
const rateSchema = z.int().min(1).max(1_000_000).nullable().optional();
/** Conversations in a period; null: without end. 0 lets none in. */
const capSchema = z.int().min(0).max(4_000_000_000).nullable().optional();

const domainLabel = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const domainPattern = new RegExp(`^(?:${domainLabel}\\.)+(?=[a-z])${domainLabel}$`);

/** `acme.example`, also where it was written `@Acme.example`. */
const mailDomainSchema = z
  .string()
  .trim()
  .toLowerCase()
  .transform((text) => text.replace(/^@/, ''))
  .refine((text) => text.length <= 253 && domainPattern.test(text), {
    error: ({ input }) => `"${input}" is no mail domain; write one such as example.com`,
  });

/** The domains whose mailboxes are the account's own, each once. */
export const mailDomainsSchema = z
  .array(mailDomainSchema)
  .max(100)
  .transform((domains) => [...new Set(domains)]);

const bucketSchema = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket such as my-calls');

const settingsSchema = z.object({
  name: nameSchema.optional(),
  timezone: zoneSchema.optional(),
  consoleEnabled: z.boolean().optional(),
  frameOrigins: z.array(originSchema).optional(),
  emailDomains: mailDomainsSchema.optional(),
  ingestPerMinute: rateSchema,
  readPerMinute: rateSchema,
  dailyCap: capSchema,
  weeklyCap: capSchema,
  monthlyCap: capSchema,
  webhooksEnabled: z.boolean().optional(),
  s3Buckets: z.array(bucketSchema).optional(),
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
  const { id } = await getAccount(services, uid);
  await transaction(services.database.pool, async (connection) => {
    await updateAccount(connection, id, columnsOf(settings));
    if (changesCounting(settings)) await forgetConversations(connection, id);
  });
  // A due time in the new zone may come before the scheduler reckons all of them again.
  if (settings.timezone !== undefined) await planJobs(services, await databaseNow(services.database.pool), id);
  return getAccount(services, uid);
}

type Settings = z.output<typeof settingsSchema>;

function columnsOf(settings: Settings): AccountColumns {
  return {
    name: settings.name,
    timezone: settings.timezone,
    console_enabled: settings.consoleEnabled,
    frame_origins: settings.frameOrigins,
    email_domains: settings.emailDomains,
    ingest_per_minute: settings.ingestPerMinute,
    read_per_minute: settings.readPerMinute,
    daily_cap: settings.dailyCap,
    weekly_cap: settings.weeklyCap,
    monthly_cap: settings.monthlyCap,
    webhooks_enabled: settings.webhooksEnabled,
    s3_buckets: settings.s3Buckets,
  };
}

/** Conversations were not counted while there was no cap, and in another zone a day begins at another moment. */
function changesCounting({ dailyCap, weeklyCap, monthlyCap, timezone }: Settings): boolean {
  return [dailyCap, weeklyCap, monthlyCap, timezone].some((value) => value !== undefined);
}
