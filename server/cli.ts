import './heap.ts';
import { Command, CommanderError } from 'commander';
import { AppError } from '../shared/error.ts';
import { addAccountCommands, addEmbedCommands, addUserCommands } from './commands/account.ts';
import { addAnalysisCommands } from './commands/analysis.ts';
import { addApiKeyCommands } from './commands/api-key.ts';
import { addCampaignCommands } from './commands/campaign.ts';
import { addConfigurationCommands, addConnectorCommands } from './commands/configuration.ts';
import { addInboxCommands } from './commands/inbox.ts';
import { addJobCommands } from './commands/job.ts';
import { addMachineCommands } from './commands/machine.ts';
import { addStorageCommands } from './commands/storage.ts';
import { addStreamCommands } from './commands/stream.ts';

/**
 * `cqa`: everything that can be done without a browser. Exit 0 done, 1 the work failed, 2 wrong use. Each command loads
 * what it works with when it is called, so that it starts at once and waits in little memory.
 */
const program = new Command('cqa')
  .description('CQA Data Integrations: conversations in, analyses out')
  .option('--json', 'answer in JSON')
  .exitOverride();

addAccountCommands(program);
addUserCommands(program);
addApiKeyCommands(program);
addConfigurationCommands(program);
addConnectorCommands(program);
addInboxCommands(program);
addJobCommands(program);
addStreamCommands(program);
addStorageCommands(program);
addAnalysisCommands(program);
addEmbedCommands(program);
addCampaignCommands(program);
addMachineCommands(program);
for (const command of everyCommand(program)) command.exitOverride().option('--json', 'answer in JSON');

try {
  await program.parseAsync();
} catch (thrown) {
  process.exitCode = exitCodeOf(thrown);
}

function* everyCommand(parent: Command): Generator<Command> {
  for (const child of parent.commands) {
    yield child;
    yield* everyCommand(child);
  }
}

function exitCodeOf(thrown: unknown): number {
  // Commander has said already what is wrong; help and version end with 0.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
  const error = AppError.from(thrown, 'this command');
  if (process.argv.includes('--json'))
    process.stdout.write(`${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`);
  process.stderr.write(`${error.message}\n`);
  if (error.code === 'internal')
    process.stderr.write(`${error.cause instanceof Error ? error.cause.stack : error.cause}\n`);
  return error.code === 'setting_invalid' ? 2 : 1;
}
