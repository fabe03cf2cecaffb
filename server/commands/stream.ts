import { type Command, Option } from 'commander';
import { AppError } from '../../shared/error.ts';
import { withAccount } from './command.ts';

interface ResetOptions {
  account: string;
  name: string;
  to: 'earliest' | 'latest';
}

export function addStreamCommands(program: Command): void {
  const stream = program.command('stream').description('streams of events that connectors read');
  addShow(stream);
  addReset(stream);
}

function addShow(stream: Command): void {
  stream
    .command('show')
    .description('how a stream stands: state, partitions, lag, rate, last event, results that wait, errors')
    .requiredOption('--account <id>')
    .requiredOption('--name <name>', "the connector's")
    .action((options: { account: string; name: string }, command: Command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { listStreams } = await import('../stream/view.ts');
        const { streamLines } = await import('./stream-words.ts');
        const all = await listStreams(services.database.pool, id);
        const found = all.find(({ name }) => name === options.name);
        if (!found) throw noStream(options.name, all);
        const { uid: _, ...json } = found;
        return { json, text: streamLines(found).join('\n') };
      }),
    );
}

function noStream(name: string, all: readonly { name: string }[]): AppError {
  const others = all.map((each) => `"${each.name}"`).join(', ');
  const which = others === '' ? 'The account has none.' : `There are: ${others}.`;
  return new AppError('not_found', `No connector "${name}" of this account reads a stream. ${which}`);
}

function addReset(stream: Command): void {
  stream
    .command('reset')
    .description('say where a stream is read on: from the first events that its topic has, or after the last')
    .requiredOption('--account <id>')
    .requiredOption('--name <name>', "the connector's")
    .addOption(new Option('--to <place>', 'where').choices(['earliest', 'latest']).makeOptionMandatory())
    .action((options: ResetOptions, command: Command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { resetStream } = await import('../stream/reset.ts');
        const { openCluster } = await import('../kafka/open.ts');
        const { topic, partitions } = await resetStream(services, id, options.name, options.to, openCluster);
        const lines = partitions.map(
          ({ partition, from, to }) => `  partition ${partition}: ${from ?? 'not begun'} → ${to}`,
        );
        return { json: { topic, partitions }, text: [`${topic} is read on from here:`, ...lines].join('\n') };
      }),
    );
}
