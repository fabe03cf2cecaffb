import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Command {
  program: string;
  words: string[];
  environment: NodeJS.ProcessEnv;
}

/** Runs a program and writes what it prints to a stream. Fails when it does not end with 0. */
export async function spawnTo({ program, words, environment }: Command, to: Writable): Promise<void> {
  const child = spawn(program, words, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  await pipeline(child.stdout, to);
  const [code] = await ended;
  if (code !== 0) throw new Error(`${program} ended with ${code}.`);
}
