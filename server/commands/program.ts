import { Command, CommanderError } from 'commander';
import { databaseError } from '../../db/failure.ts';
import { AppError, type ErrorCode } from '../../shared/error.ts';
import { addAccountCommands, addEmbedCommands } from './account.ts';
import { addAlertCommands } from './alert.ts';
import { addAnalysisCommands } from './analysis.ts';
import { addApiKeyCommands } from './api-key.ts';
import { addCampaignCommands } from './campaign.ts';
import { WorkFailed } from './command.ts';
import { addConfigurationCommands, addConnectorCommands } from './configuration.ts';
import { addExecutionCommands } from './execution.ts';
import { addInboxCommands } from './inbox.ts';
import { addJobCommands } from './job.ts';
import { addMachineCommands } from './machine.ts';
import { type Shell, setShell } from './shell.ts';
import { addStorageCommands } from './storage.ts';
import { addStreamCommands } from './stream.ts';
import { addUserCommands } from './user.ts';

/** What was given to the command, or to the program, is not what it takes. */
const wrongUse: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['invalid', 'setting_invalid']);

/**
 * Does what the words after `cqa` say: everything that can be done without a browser. Resolves with the exit code: 0 done,
 * 1 the work failed, 2 wrong use. Each command loads what it works with when it is called, so that it starts at once and
 * waits in little memory.
 */
export async function runCommandLine(words: readonly string[], shell: Shell): Promise<number> {
  try {
    await programFor(shell).parseAsync(words, { from: 'user' });
    return 0;
  } catch (thrown) {
    return exitCodeOf(thrown, words, shell);
  }
}

function programFor(shell: Shell): Command {
  const program = new Command('cqa')
    .description('CQA Data Integrations: conversations in, analyses out')
    .option('--json', 'answer in JSON')
    .exitOverride();
  // Before there are commands: they take it over.
  setShell(program, shell);
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
  return program;
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

function exitCodeOf(thrown: unknown, words: readonly string[], shell: Shell): number {
  if (thrown instanceof WorkFailed) return 1;
  const told = (code: ErrorCode, message: string) => {
    if (words.includes('--json')) shell.out(`${JSON.stringify({ error: { code, message } })}\n`);
  };
  if (thrown instanceof CommanderError) {
    // Commander has told people already; help and version end with 0.
    if (thrown.exitCode === 0) return 0;
    told('invalid', thrown.message.replace(/^error: /, ''));
    return 2;
  }
  const error = databaseAway(thrown) ?? AppError.from(thrown, 'this command');
  told(error.code, error.message);
  shell.err(`${error.message}\n`);
  if (error.code === 'internal') shell.err(`${error.cause instanceof Error ? error.cause.stack : error.cause}\n`);
  return wrongUse.has(error.code) ? 2 : 1;
}
