import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { residentKb } from '../memory.ts';
import type { Answer, Order } from './thread.ts';

const sampleEveryMs = 20;
const settleMs = 500;

const ownProgram = new URL('./process.js', import.meta.url);

/** The connector in a process of its own, so that its memory is told apart from the bench's. */
export interface Subject extends AsyncDisposable {
  carryOut(order: Order): Promise<Answer>;
  pid: number;
}

export async function startSubject(program = ownProgram): Promise<Subject> {
  const child = fork(fileURLToPath(program));
  await message(child);
  return {
    pid: child.pid ?? 0,
    async carryOut(order) {
      child.send(order);
      return (await message(child)) as Answer;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function message(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the measured process ended with ${code}`);
  });
  const [answer] = await Promise.race([once(child, 'message'), ended]);
  return answer;
}

export interface Measured {
  answer: Answer;
  idleMb: number;
  peakMb: number;
}

/** The most that a fresh process has resident while it carries out an order, and what it had before. */
export async function memoryOf(order: Order, program = ownProgram): Promise<Measured> {
  await using subject = await startSubject(program);
  await delay(settleMs);
  const idleMb = residentKb(subject.pid) / 1024;
  let peakMb = idleMb;
  const sampling = setInterval(() => {
    peakMb = Math.max(peakMb, residentKb(subject.pid) / 1024);
  }, sampleEveryMs);
  try {
    return { answer: await subject.carryOut(order), idleMb, peakMb };
  } finally {
    clearInterval(sampling);
  }
}
