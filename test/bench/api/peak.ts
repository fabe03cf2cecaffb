import { setTimeout as sleep } from 'node:timers/promises';
import { admin, runLoad, type Subject } from './subject.ts';

export interface Peak {
  postedPerSecond: number;
  /** What the console's clients waited at most, of a hundred the ninety-nine quickest; in milliseconds. */
  consoleP99Ms: number;
  consoleCalls: number;
  statuses: Record<number, number>;
  stored: number;
  analysed: number;
  /** From the first post until everything was analysed. */
  wholeMs: number;
}

const clients = 64;
const askEveryMs = 100;

/** Posts as fast as the clients can, asks the console meanwhile, and waits until nothing is left to analyse. */
export async function peak(subject: Subject, total: number): Promise<Peak> {
  const token = await signIn(subject);
  const startedAt = performance.now();
  const asking = askTheConsole(subject, token);
  const { elapsedMs, statuses } = await runLoad({
    target: subject.single,
    clients,
    prefix: 'peak',
    batchSize: 1,
    load: { kind: 'counted', total },
  });
  const waitsMs = await asking.stop();
  await untilIdle(subject);
  const wholeMs = performance.now() - startedAt;
  const [counts] = await subject.query<{ stored: number; analysed: number }>(
    `SELECT COUNT(DISTINCT i.external_id) AS stored,
        (SELECT COUNT(DISTINCT interaction_id) FROM analysis WHERE status = 'completed') AS analysed
       FROM interaction i`,
  );
  return {
    postedPerSecond: (total / elapsedMs) * 1000,
    consoleP99Ms: percentile(waitsMs, 0.99),
    consoleCalls: waitsMs.length,
    statuses,
    stored: counts?.stored ?? 0,
    analysed: counts?.analysed ?? 0,
    wholeMs,
  };
}

async function signIn({ url }: Subject): Promise<string> {
  const response = await fetch(`${url}/trpc/session.signIn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(admin),
  });
  const { result } = (await response.json()) as { result: { data: { token: string } } };
  return result.data.token;
}

/** The pages that people have open, one after the other, ten times a second whatever the answers take. */
function askTheConsole({ url }: Subject, token: string) {
  const pages = ['analyses.list', 'executions.list'];
  const waitsMs: number[] = [];
  const asked: Promise<void>[] = [];
  let turn = 0;
  const ask = async () => {
    const startedAt = performance.now();
    const page = pages[turn++ % pages.length];
    const response = await fetch(`${url}/trpc/${page}?input=%7B%7D`, { headers: { authorization: `Bearer ${token}` } });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${page} answered ${response.status}.`);
    waitsMs.push(performance.now() - startedAt);
  };
  const timer = setInterval(() => asked.push(ask()), askEveryMs);
  return {
    async stop(): Promise<number[]> {
      clearInterval(timer);
      await Promise.all(asked);
      return waitsMs;
    },
  };
}

async function untilIdle(subject: Subject): Promise<void> {
  for (;;) {
    const [row] = await subject.query<{ n: number }>('SELECT COUNT(*) AS n FROM work');
    if (row?.n === 0) return;
    await sleep(500);
  }
}

function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
