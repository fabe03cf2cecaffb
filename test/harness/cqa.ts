import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from '../../server/commands/program.ts';

const program = fileURLToPath(new URL('../../server/cli.js', import.meta.url));

export interface CommandEnd {
  status: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs `cqa …` without a process of its own: most of a short command's time is that its process starts. What a library or a
 * program that is started reads from the environment by itself (AWS_…, PATH) is this process's: `typedAsProcess` where that
 * matters, or that the command ends.
 */
export async function typed(environment: NodeJS.ProcessEnv, ...words: string[]): Promise<CommandEnd> {
  const said = { stdout: '', stderr: '' };
  const status = await runCommandLine(words, {
    environment,
    out: (text) => {
      said.stdout += text;
    },
    err: (text) => {
      said.stderr += text;
    },
  });
  return { status, ...said };
}

/** Runs `cqa …` as a user would, in a process of its own. */
export async function typedAsProcess(environment: NodeJS.ProcessEnv, ...words: string[]): Promise<CommandEnd> {
  const child = spawn(process.execPath, [program, ...words], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status, stdout, stderr };
}

/** The answer of `cqa … --json`. A command that fails is an error with its words. */
export async function cqa<T>(environment: NodeJS.ProcessEnv, ...words: string[]): Promise<T> {
  return answerOf<T>(words, await typed(environment, ...words, '--json'));
}

/** The same of a program that was killed and started again: undefined as long as the killed one's database is on its way out. */
export async function cqaAfterKill<T>(environment: NodeJS.ProcessEnv, ...words: string[]): Promise<T | undefined> {
  return cqa<T>(environment, ...words).catch((error: Error) => {
    if (!error.message.includes('The database did not answer')) throw error;
    return undefined;
  });
}

/** As `cqa`, in a process of its own. */
export async function cqaProcess<T>(environment: NodeJS.ProcessEnv, ...words: string[]): Promise<T> {
  return answerOf<T>(words, await typedAsProcess(environment, ...words, '--json'));
}

function answerOf<T>(words: string[], { status, stdout, stderr }: CommandEnd): T {
  // A failure with an answer is the command's own verdict; the caller reads it from the answer.
  if (status === 0 || stdout.startsWith('{"execution_id"')) return JSON.parse(stdout) as T;
  throw new Error(`cqa ${words.slice(0, 2).join(' ')}: ${stderr || `ended with ${status}`}`);
}
