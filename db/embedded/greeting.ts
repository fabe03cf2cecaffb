import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const probeEveryMs = 25;
const probeTimeoutMs = 5000;

/**
 * Waits until a server greets on its socket: it is through its recovery then, and takes connections. There is no time
 * limit, because a recovery must not be cut short.
 * @returns false when `alive` turned false first
 */
export async function greeted(socketPath: string, alive: () => boolean): Promise<boolean> {
  while (alive()) {
    if (await greets(socketPath)) return true;
    await pause(probeEveryMs);
  }
  return false;
}

/** Whether a server speaks on this socket now. It speaks first in MySQL's protocol, so one byte is proof. */
export function greets(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const answer = (spoke: boolean) => {
      socket.destroy();
      resolve(spoke);
    };
    socket.setTimeout(probeTimeoutMs, () => answer(false));
    socket.once('data', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('close', () => answer(false));
  });
}
