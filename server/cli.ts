import './heap.ts';
import { Command, CommanderError } from 'commander';
import { databaseError } from '../db/failure.ts';
import { AppError, type ErrorCode } from '../shared/error.ts';
import { addAccountCommands, addEmbedCommands } from './commands/account.ts';
import { addAlertCommands } from './commands/alert.ts';
import { addAnalysisCommands } from './commands/analysis.ts';
import { addApiKeyCommands } from './commands/api-key.ts';
import { addCampaignCommands } from './commands/campaign.ts';
import { addConfigurationCommands, addConnectorCommands } from './commands/configuration.ts';
import { addExecutionCommands } from './commands/execution.ts';
import { addInboxCommands } from './commands/inbox.ts';
import { addJobCommands } from './commands/job.ts';
import { addMachineCommands } from './commands/machine.ts';
import { addStorageCommands } from './commands/storage.ts';
import { addStreamCommands } from './commands/stream.ts';
import { addUserCommands } from './commands/user.ts';

/** What was given to the command, or to the program, is not what it takes. */
const wrongUse: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['invalid', 'setting_invalid']);

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
addExecutionCommands(program);
addStreamCommands(program);
addAlertCommands(program);
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

/** Nobody but whoever typed it tries a command again. */
function databaseAway(thrown: unknown): AppError | undefined {
  if (databaseError(thrown)?.code !== 'database_unavailable') return undefined;
  const words = 'The database did not answer: it starts, stops, or has no room for another connection. Try again.';
  return new AppError('database_unavailable', words, { cause: thrown });
}

function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof CommanderError) return wrongWords(thrown);
  const error = databaseAway(thrown) ?? AppError.from(thrown, 'this command');
  answerInJson(error.code, error.message);
  process.stderr.write(`${error.message}\n`);
  if (error.code === 'internal')
    process.stderr.write(`${error.cause instanceof Error ? error.cause.stack : error.cause}\n`);
  return wrongUse.has(error.code) ? 2 : 1;
}

/** Commander has told people already; help and version end with 0. */
function wrongWords({ exitCode, message }: CommanderError): number {
  if (exitCode === 0) return 0;
  answerInJson('invalid', message.replace(/^error: /, ''));
  return 2;
}

function answerInJson(code: ErrorCode, message: string): void {
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
}
