import { type Command, Option } from 'commander';
import { withAccount } from './command.ts';

interface ResetOptions {
  account: string;
  name: string;
  to: 'earliest' | 'latest';
}

export function addStreamCommands(program: Command): void {
  const stream = program.command('stream').description('streams of events that connectors read');
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
