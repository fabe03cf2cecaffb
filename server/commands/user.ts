import { type Command, Option } from 'commander';
import { type Role, roles } from '../../shared/configuration.ts';
import { collect, withAccount } from './command.ts';

export function addUserCommands(program: Command): void {
  const user = program.command('user').description('people of an account');
  addCreate(user);
  addInvite(user);
}

interface CreateOptions {
  account: string;
  email: string;
  role: Role;
  password?: string;
  team?: string[];
  campaign?: string[];
  verified?: boolean;
}

function addCreate(user: Command): void {
  user
    .command('create')
    .description('make a user')
    .requiredOption('--account <id>')
    .requiredOption('--email <email>')
    .addOption(new Option('--role <role>').choices(roles).makeOptionMandatory())
    .option('--password <password>', 'absent: "cqa user invite" makes a link to choose one with')
    .option('--team <team>', 'what a supervisor sees (repeatable)', collect)
    .option('--campaign <id>', 'what a supervisor sees (repeatable)', collect)
    .option('--verified', 'the address is known to be theirs')
    .action((options: CreateOptions, command: Command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { email, role, password, team: teams = [], campaign: campaigns = [], verified = false } = options;
        const { createUser } = await import('../accounts/users.ts');
        const { uid } = await createUser(services, id, { email, role, password, teams, campaigns, verified });
        return { json: { user_id: uid }, text: `User ${email} (${role}) is there. Its id: ${uid}` };
      }),
    );
}

/** The way back in where no admin can sign in any more, too. */
function addInvite(user: Command): void {
  user
    .command('invite')
    .description('make a link with which a user chooses a password')
    .requiredOption('--account <id>')
    .requiredOption('--email <email>')
    .action((options: { account: string; email: string }, command: Command) =>
      withAccount(command, options.account, async ({ services }, { id: accountId }) => {
        const { inviteByEmail } = await import('../accounts/invitations.ts');
        const { address, link, expires_at } = await inviteByEmail(
          services,
          accountId,
          options.email,
          'cqa user invite',
        );
        return {
          json: { email: address, link, expires_at },
          text: `Good once, until ${expires_at}. Whoever opens it signs in as ${address}:\n${link}`,
        };
      }),
    );
}
