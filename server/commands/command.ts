import type { Command } from 'commander';
import { type Account, getAccount } from '../accounts/account.ts';
import { readConfig } from '../config.ts';
import { type Opened, open } from '../open.ts';
import { shellOf } from './shell.ts';

export interface Answer {
  /** What `--json` prints. */
  json: unknown;
  /** What a person reads; absent: the JSON, indented. */
  text?: string;
  /** The work was done but did not end well. */
  failed?: boolean;
}

/** The command's answer is printed, and says itself what went wrong. */
export class WorkFailed extends Error {}

/** Runs a command on the services: those of the running program's database, else of one started for the command. */
export async function withServices(command: Command, work: (opened: Opened) => Promise<Answer>): Promise<void> {
  const { environment } = shellOf(command);
  const config = { ...readConfig(environment), logLevel: environment.LOG_LEVEL ?? 'error' };
  const say = (line: string) => tell(command, line);
  const opened = await open(config, { say, join: true, name: 'cqa-cli', connectionLimit: 4 });
  try {
    print(command, await work(opened));
  } finally {
    await opened.close();
  }
}

/** The same for a command about one account (`--account`). */
export function withAccount(
  command: Command,
  accountUid: string,
  work: (opened: Opened, account: Account) => Promise<Answer>,
): Promise<void> {
  return withServices(command, async (opened) => work(opened, await getAccount(opened.services, accountUid)));
}

/** Throws `WorkFailed` where the work did not end well. */
export function print(command: Command, { json, text, failed }: Answer): void {
  const asJson = command.optsWithGlobals().json === true;
  shellOf(command).out(`${asJson ? JSON.stringify(json) : (text ?? JSON.stringify(json, null, 2))}\n`);
  if (failed) throw new WorkFailed();
}

/** Progress and remarks go to standard error, so that standard output is the answer alone. */
export function tell(command: Command, line: string): void {
  shellOf(command).err(`${line}\n`);
}

/** For options that may be repeated. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
