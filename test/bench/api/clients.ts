import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { bodyOf, itemText } from './bodies.ts';
import { Connection, type Target } from './connection.ts';

/** For a time, as fast as the answers come; what is answered in the first part of it is not counted. */
export interface TimedLoad {
  kind: 'timed';
  warmMs: number;
  measuredMs: number;
}

/** A number of interactions; of every hundred, three are sent twice and two again after their connection was lost. */
export interface CountedLoad {
  kind: 'counted';
  total: number;
}

export interface LoadInput {
  target: Target;
  clients: number;
  /** The ids' beginning, so that no two loads send the same. */
  prefix: string;
  /** Interactions in one request; 1 goes to the single call. */
  batchSize: number;
  load: TimedLoad | CountedLoad;
}

export interface LoadOutput {
  /** Requests that were answered with success, within the time that counts. */
  taken: number;
  elapsedMs: number;
  statuses: Record<number, number>;
}

const statuses: Record<number, number> = {};
const { target, clients, prefix, batchSize, load } = workerData as LoadInput;
let next = 0;

const connections = Array.from({ length: clients }, () => new Connection(target));
const output = load.kind === 'timed' ? await timed(load) : await counted(load);
for (const connection of connections) connection.close();
parentPort?.postMessage(output);

async function timed({ warmMs, measuredMs }: TimedLoad): Promise<LoadOutput> {
  let isOver = false;
  let taken = 0;
  const running = connections.map(async (connection) => {
    while (!isOver) if (isTaken(await connection.post(nextBody()))) taken += 1;
  });
  await sleep(warmMs);
  const [takenBefore, startedAt] = [taken, performance.now()];
  await sleep(measuredMs);
  const result = { taken: taken - takenBefore, elapsedMs: performance.now() - startedAt, statuses };
  isOver = true;
  await Promise.all(running);
  return result;
}

async function counted({ total }: CountedLoad): Promise<LoadOutput> {
  const startedAt = performance.now();
  let taken = 0;
  await Promise.all(
    connections.map(async (connection) => {
      while (next < total) {
        const turn = next % 100;
        const body = nextBody();
        if (turn === 20) await connection.abandon(body, 'sent');
        if (turn === 70) await connection.abandon(body, 'answered');
        if (isTaken(await connection.post(body))) taken += 1;
        if (turn % 40 === 9) await connection.post(body).then(isTaken);
      }
    }),
  );
  return { taken, elapsedMs: performance.now() - startedAt, statuses };
}

function nextBody(): string {
  return bodyOf(Array.from({ length: batchSize }, () => itemText(`${prefix}-${next++}`)));
}

function isTaken(status: number): boolean {
  statuses[status] = (statuses[status] ?? 0) + 1;
  return status === 201 || status === 202;
}
