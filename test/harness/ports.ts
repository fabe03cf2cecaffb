import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that the system gives to outgoing connections (Linux: from 32,768), one of which could take a free port
 * before the server that it is for has come up. Each test process has its own part of them, for the same reason.
 */
const lowest = 15_000;
const count = 3_000;
const part = lowest + count * (Number(process.env.MOCHA_WORKER_ID ?? 0) % 5);

let given = process.pid;

/** A port that nobody on this machine listens at and that was not given before; `preferred` where that one is free. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred && (await isFree(preferred))) return preferred;
  for (let tried = 0; tried < count; tried++) {
    const port = part + (given++ % count);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port from ${part} on is free.`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port);
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  await once(probe.close(), 'close');
  return true;
}
