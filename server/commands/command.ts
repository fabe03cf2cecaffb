import type { Command } from 'commander';
import { type Account, getAccount } from '../accounts/account.ts';
import { readConfig } from '../config.ts';
import { type Opened, open } from '../open.ts';

export interface Answer {
  /** What `--json` prints. */
  json: unknown;
  /** What a person reads; absent: the JSON, indented. */
  text?: string;
  /** The work was done but did not end well. */
  failed?: boolean;
}

/** Runs a command on the services: those of the running program's database, else of one started for the command. */
export async function withServices(command: Command, work: (opened: Opened) => Promise<Answer>): Promise<void> {
  const config = { ...readConfig(process.env), logLevel: process.env.LOG_LEVEL ?? 'error' };
  const opened = await open(config, { say: tell, join: true, name: 'cqa-cli', connectionLimit: 4 });
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

export function print(command: Command, { json, text, failed }: Answer): void {
  const asJson = command.optsWithGlobals().json === true;
  process.stdout.write(`${asJson ? JSON.stringify(json) : (text ?? JSON.stringify(json, null, 2))}\n`);
  if (failed) process.exitCode = 1;
}

/** Progress and remarks go to standard error, so that standard output is the answer alone. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** For options that may be repeated. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
