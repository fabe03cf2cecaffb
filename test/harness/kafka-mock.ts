import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Broker } from './kafka-server.ts';

/** What this machine lacks to run the mock; undefined where it can. */
export function missingForMock(): string | undefined {
  return spawnSync('kcat', ['-V'], { stdio: 'ignore' }).error && 'kcat not found (Debian: apt-get install kcat)';
}

/** The broker that lives in kcat's library for its own tests. It forgets all when it ends, and keeps about 5 MB a partition. */
export async function startMockBroker(): Promise<Broker> {
  const command = ['-C', '-b', 'x', '-t', 'x', '-X', 'test.mock.num.brokers=1'];
  const child = spawn('kcat', command, { stdio: ['ignore', 'ignore', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const brokers = [await addressIn(createInterface({ input: child.stderr }))];
  // What it says later is of no use, but must not fill its pipe.
  child.stderr.resume();
  const end = async () => {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    kill();
    await ended;
    process.off('exit', kill);
  };
  return {
    ...{ isReal: false, brokers, insideBrokers: brokers, kill: end, stop: end },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    start: () => Promise.reject(new Error("kcat's mock cannot be started again at the same address.")),
  };
}

async function addressIn(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const address = /127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (address) return address;
  }
  throw new Error('kcat ended before it named the address of its mock.');
}
