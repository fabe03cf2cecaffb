import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface SendOrder {
  brokers: string[];
  topic: string;
  /** The number of the first event. */
  first: number;
  count: number;
  /** Absent: as fast as the brokers take them. */
  perSecond?: number;
}

/** A source at work in a process of its own. */
export interface Sending {
  pid: number;
  /** How many events the brokers have taken. */
  sent(): number;
  /** Resolves when all have been taken. */
  done: Promise<void>;
  kill(): void;
}

export function startSending(order: SendOrder): Sending {
  const program = fileURLToPath(new URL('./sender.js', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let sent = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    sent = Number(line);
  });
  const done = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`The source ended with ${code} after ${sent} of ${order.count} events.`);
  });
  // Who waits for it meets the failure; until then it must not count as unhandled.
  done.catch(() => undefined);
  return { pid: child.pid ?? 0, sent: () => sent, done, kill: () => child.kill('SIGKILL') };
}
