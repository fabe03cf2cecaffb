import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Scope, scopes } from '../../shared/api-key.ts';
import type { MadeApiKey } from '../accounts/api-keys.ts';
import { type Answer, withAccount } from './command.ts';

const by = 'cqa api-key';

export function addApiKeyCommands(program: Command): void {
  const apiKey = program.command('api-key').description('keys of the Standard API');
  addCreate(apiKey);
  addList(apiKey);
  addRevoke(apiKey);
  addRotate(apiKey);
}

function addCreate(apiKey: Command): void {
  apiKey
    .command('create')
    .description('make a key; it is shown now and never again')
    .requiredOption('--account <id>')
    .requiredOption('--name <name>')
    .addOption(
      new Option('--scope <scope>', 'ingest or read (repeatable); both when not given').argParser(collectScope),
    )
    .option('--expires-in-days <days>', 'when it ends by itself', wholeNumber)
    .action((options: { account: string; name: string; scope?: Scope[]; expiresInDays?: number }, command: Command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { createApiKey } = await import('../accounts/api-keys.ts');
        const { name, scope, expiresInDays: expires_in_days } = options;
        return made(await createApiKey(services, id, { name, scopes: scope, expires_in_days }, by));
      }),
    );
}

function addList(apiKey: Command): void {
  apiKey
    .command('list')
    .description('the keys, masked')
    .requiredOption('--account <id>')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { listApiKeys } = await import('../accounts/api-keys.ts');
        const keys = await listApiKeys(services, id);
        return { json: { keys: keys.map(({ uid, ...key }) => ({ api_key_id: uid, ...key })) } };
      }),
    );
}

function addRevoke(apiKey: Command): void {
  apiKey
    .command('revoke')
    .description('end a key at once')
    .requiredOption('--account <id>')
    .requiredOption('--key <id>')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { revokeApiKey } = await import('../accounts/api-keys.ts');
        await revokeApiKey(services, id, options.key);
        return { json: { api_key_id: options.key, status: 'revoked' }, text: 'The key is revoked.' };
      }),
    );
}

function addRotate(apiKey: Command): void {
  apiKey
    .command('rotate')
    .description('make a key that takes the place of another, which goes on for a while')
    .requiredOption('--account <id>')
    .requiredOption('--key <id>')
    .option('--overlap-hours <hours>', 'how long the old one goes on', wholeNumber, 24)
    .action((options: { account: string; key: string; overlapHours: number }, command: Command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { rotateApiKey } = await import('../accounts/api-keys.ts');
        return made(await rotateApiKey(services, id, options.key, { overlapHours: options.overlapHours }, by));
      }),
    );
}

function made({ uid, ...secrets }: MadeApiKey): Answer {
  return {
    json: { api_key_id: uid, ...secrets },
    text: `Key:            ${secrets.api_key}\nSigning secret: ${secrets.signing_secret}\nKey id:         ${uid}\nKeep them now: neither can be shown again.`,
  };
}

function collectScope(text: string, before: Scope[] = []): Scope[] {
  const scope = scopes.find((known) => known === text);
  if (!scope) throw new InvalidArgumentError(`Give ${scopes.join(' or ')}.`);
  return [...before, scope];
}

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number.');
}
