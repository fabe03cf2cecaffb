import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Account } from '../accounts/account.ts';
import type { AccountSettings } from '../accounts/accounts.ts';
import { collect, withAccount, withServices } from './command.ts';

export function addAccountCommands(program: Command): void {
  const account = program.command('account').description('customers of this installation');
  addCreate(account);
  addSet(account);
  addShow(account);
  addEmbedSecret(account);
}

function addCreate(account: Command): void {
  account
    .command('create')
    .description('make an account with its first administrator')
    .requiredOption('--name <name>')
    .requiredOption('--admin-email <email>')
    .requiredOption('--admin-password <password>')
    .option('--timezone <zone>', 'an IANA zone', 'Asia/Kolkata')
    .option('--console', 'enable the data integration console')
    .action((options, command) =>
      withServices(command, async ({ services }) => {
        const { createAccount } = await import('../accounts/accounts.ts');
        const { uid } = await createAccount(services, options);
        return { json: { account_id: uid }, text: `Account ${options.name} is there. Its id: ${uid}` };
      }),
    );
}

function addSet(account: Command): void {
  account
    .command('set')
    .description('change an account')
    .requiredOption('--account <id>')
    .option('--name <name>')
    .addOption(onOrOff('--console <state>', 'the data integration console'))
    .option('--timezone <zone>')
    .option('--frame-origin <url>', 'may show the console in a frame (repeatable)', collect)
    .option('--email-domain <domain>', 'reports may be mailed there (repeatable)', collect)
    .option('--ingest-per-minute <n>', 'calls that send; "default": as the contract has it', limit)
    .option('--read-per-minute <n>', 'calls that read; "default": as the contract has it', limit)
    .option('--daily-cap <n>', 'conversations a day over the API; "none": without end', limit)
    .option('--weekly-cap <n>', 'the same from Monday on', limit)
    .option('--monthly-cap <n>', 'the same from the first of the month', limit)
    .addOption(onOrOff('--webhooks <state>', 'tell callback addresses what becomes of interactions'))
    .option('--s3-bucket <name>', 's3:// links may name it under our own credentials; "none": no bucket', collect)
    .action((options: SetOptions, command: Command) =>
      withServices(command, async ({ services }) => {
        const { setAccount } = await import('../accounts/accounts.ts');
        return { json: shown(await setAccount(services, options.account, settingsOf(options))) };
      }),
    );
}

type Limit = number | 'none';

interface SetOptions {
  account: string;
  name?: string;
  console?: 'on' | 'off';
  timezone?: string;
  frameOrigin?: string[];
  emailDomain?: string[];
  ingestPerMinute?: Limit;
  readPerMinute?: Limit;
  dailyCap?: Limit;
  weeklyCap?: Limit;
  monthlyCap?: Limit;
  webhooks?: 'on' | 'off';
  s3Bucket?: string[];
}

function settingsOf(options: SetOptions): AccountSettings {
  const { console, webhooks } = options;
  return {
    name: options.name,
    timezone: options.timezone,
    ...(console ? { consoleEnabled: console === 'on' } : {}),
    ...(webhooks ? { webhooksEnabled: webhooks === 'on' } : {}),
    frameOrigins: options.frameOrigin,
    emailDomains: options.emailDomain,
    s3Buckets: options.s3Bucket?.filter((name) => name !== 'none'),
    ingestPerMinute: orNull(options.ingestPerMinute),
    readPerMinute: orNull(options.readPerMinute),
    dailyCap: orNull(options.dailyCap),
    weeklyCap: orNull(options.weeklyCap),
    monthlyCap: orNull(options.monthlyCap),
  };
}

/** Commander has no null: an option that gives one is to it an option without a value. */
function orNull(limit: Limit | undefined): number | null | undefined {
  return limit === 'none' ? null : limit;
}

function onOrOff(flags: string, description: string): Option {
  return new Option(flags, description).choices(['on', 'off']);
}

/** A whole number, or none (the contract's). The account's schema has the bounds. */
function limit(text: string): Limit {
  if (text === 'default' || text === 'none') return 'none';
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number, or "default" or "none" to take the limit away.');
}

function addShow(account: Command): void {
  account
    .command('show')
    .description('an account and its limits')
    .requiredOption('--account <id>')
    .action((options, command) =>
      withAccount(command, options.account, async (_, account) => ({ json: shown(account) })),
    );
}

function shown({ uid, name, timezone, limits, ...account }: Account): Record<string, unknown> {
  return {
    account_id: uid,
    name,
    timezone,
    console: account.consoleEnabled,
    frame_origins: account.frameOrigins,
    email_domains: account.emailDomains,
    ingest_per_minute: limits.ingestPerMinute,
    read_per_minute: limits.readPerMinute,
    daily_cap: limits.dailyCap,
    weekly_cap: limits.weeklyCap,
    monthly_cap: limits.monthlyCap,
    webhooks: account.webhooksEnabled,
    s3_buckets: account.s3Buckets,
  };
}

function addEmbedSecret(account: Command): void {
  account
    .command('embed-secret')
    .description("make a secret with which the host's backend signs its users in")
    .requiredOption('--account <id>')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { createEmbedSecret } = await import('../security/embed.ts');
        return { json: await createEmbedSecret(services, id) };
      }),
    );
}

export function addEmbedCommands(program: Command): void {
  program
    .command('embed')
    .description('the console in a frame')
    .command('token')
    .description("what a host's backend would sign for its user")
    .requiredOption('--account <id>')
    .requiredOption('--email <email>')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, account) => {
        const { signEmbedToken } = await import('../security/embed.ts');
        const token = await signEmbedToken(services, account, options.email);
        return { json: { token }, text: token };
      }),
    );
}
