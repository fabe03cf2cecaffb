import { type Command, Option } from 'commander';
import { type Role, roles } from '../../shared/configuration.ts';
import { collect, withAccount, withServices } from './command.ts';

export function addAccountCommands(program: Command): void {
  const account = program.command('account').description('customers of this installation');
  addCreate(account);
  addSet(account);
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
    .addOption(new Option('--console <state>', 'the data integration console').choices(['on', 'off']))
    .option('--timezone <zone>')
    .option('--frame-origin <url>', 'may show the console in a frame (repeatable)', collect)
    .option('--email-domain <domain>', 'reports may be mailed there (repeatable)', collect)
    .action((options, command) =>
      withServices(command, async ({ services }) => {
        const { setAccount } = await import('../accounts/accounts.ts');
        const account = await setAccount(services, options.account, {
          ...(options.console ? { consoleEnabled: options.console === 'on' } : {}),
          timezone: options.timezone,
          frameOrigins: options.frameOrigin,
          emailDomains: options.emailDomain,
        });
        const { uid, name, timezone, consoleEnabled, frameOrigins, emailDomains } = account;
        return {
          json: {
            account_id: uid,
            name,
            timezone,
            console: consoleEnabled,
            frame_origins: frameOrigins,
            email_domains: emailDomains,
          },
        };
      }),
    );
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

export function addUserCommands(program: Command): void {
  program
    .command('user')
    .description('people of an account')
    .command('create')
    .requiredOption('--account <id>')
    .requiredOption('--email <email>')
    .addOption(new Option('--role <role>').choices(roles).makeOptionMandatory())
    .requiredOption('--password <password>')
    .option('--team <team>', 'what a supervisor sees (repeatable)', collect)
    .option('--campaign <id>', 'what a supervisor sees (repeatable)', collect)
    .option('--verified', 'the address is known to be theirs')
    .action(
      (
        options: {
          account: string;
          email: string;
          role: Role;
          password: string;
          team?: string[];
          campaign?: string[];
          verified?: boolean;
        },
        command: Command,
      ) =>
        withAccount(command, options.account, async ({ services }, { id }) => {
          const { email, role, password, team = [], campaign = [], verified = false } = options;
          const { createUser } = await import('../accounts/users.ts');
          const { uid } = await createUser(services, id, {
            email,
            role,
            password,
            teams: team,
            campaigns: campaign,
            verified,
          });
          return { json: { user_id: uid }, text: `User ${email} (${role}) is there. Its id: ${uid}` };
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
