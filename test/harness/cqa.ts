import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../server/cli.js', import.meta.url));

/** Runs `cqa … --json` as a user would and gives its answer. A command that fails is an error with its words. */
export async function cqa<T>(environment: NodeJS.ProcessEnv, ...words: string[]): Promise<T> {
  const command = [program, ...words, '--json'];
  try {
    const { stdout } = await run(process.execPath, command, { env: environment });
    return JSON.parse(stdout) as T;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    // Exit 1 with an answer is the command's own verdict; the caller reads it from the answer.
    if (stdout?.startsWith('{"execution_id"')) return JSON.parse(stdout) as T;
    throw new Error(`cqa ${words.slice(0, 2).join(' ')}: ${stderr || error}`);
  }
}
