import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { AppError } from '../../shared/error.ts';
import { type Answer, withAccount } from './command.ts';

const by = 'cqa inbox';

interface CreateOptions {
  account: string;
  name: string;
  username?: string;
  password?: string;
  publicKey?: string[];
  quota?: string;
}

export function addInboxCommands(program: Command): void {
  const inbox = program.command('inbox').description('SFTP logins on our side that files are pushed to');
  addCreate(inbox);
  addList(inbox);
}

function addCreate(inbox: Command): void {
  inbox
    .command('create')
    .description('make an inbox: a connector with a login for SFTP, and the job that runs when something arrives')
    .requiredOption('--account <id>')
    .requiredOption('--name <name>')
    .option('--username <name>', 'what the sender signs in with; made from the name when not given')
    .option('--password <password>')
    .option('--public-key <file...>', 'OpenSSH public keys (.pub) that may sign in')
    .option('--quota <gigabytes>', 'how much may lie in it')
    .action((options: CreateOptions, command: Command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { saveConnector, findConnector } = await import('../configuration/connectors.ts');
        const { name } = options;
        const connector = { name, direction: 'import', type: 'inbox', config: configOf(options) };
        await saveConnector(services, id, connector, { by, create: true });
        return made((await findConnector(services, id, name)).public_side);
      }),
    );
}

function addList(inbox: Command): void {
  inbox
    .command('list')
    .description('the inboxes of an account')
    .requiredOption('--account <id>')
    .action((options: { account: string }, command: Command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { listConnectors } = await import('../configuration/connectors.ts');
        const inboxes = (await listConnectors(services, id, 'import')).filter(({ type }) => type === 'inbox');
        return {
          json: {
            inboxes: inboxes.map(({ name, public_side, is_enabled }) => ({ name, ...public_side, is_enabled })),
          },
        };
      }),
    );
}

function configOf({ username, password, publicKey = [], quota }: CreateOptions): Record<string, unknown> {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    public_keys: publicKey.flatMap(keysIn),
    ...(quota === undefined ? {} : { quota }),
  };
}

/** As in an authorized_keys file: a key a line, remarks after #. */
function keysIn(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  } catch (cause) {
    throw new AppError('invalid', `The public key file ${file} cannot be read (${(cause as Error).message}).`, {
      cause,
    });
  }
}

function made({ username = '', port = '', address = '', host_key = '' }: Record<string, string>): Answer {
  return {
    json: { username, port: Number(port), address, host_key },
    text: `User name: ${username}\nAddress:   ${address}\nHost key:  ${host_key}`,
  };
}
