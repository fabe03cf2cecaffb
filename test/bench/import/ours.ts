import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Services } from '../../../server/services.ts';
import { memoryEnvironment, memoryOptions } from '../../harness/product.ts';
import { settingsOf, testAccount } from '../../harness/services.ts';
import { endExecution, folderConnector, startExecution } from '../../server/pipeline/import/import-run.ts';
import type { BenchInput, BenchOutput } from './process.ts';

export interface Measured extends BenchOutput {
  rowsPerSecond: number;
  /** The most memory that the process had, in MB: its own and its share of what is shared (PSS); 0 when not watched. */
  peakMb: number;
}

export interface Subject {
  accountId: number;
  connectorId: number;
  directory: string;
}

/** A new account without rules, which imports from that folder. */
export async function newSubject(services: Services, directory: string): Promise<Subject> {
  const { id: accountId } = await testAccount(services);
  const { id: connectorId } = await folderConnector(services, accountId, { directory });
  return { accountId, connectorId, directory };
}

export interface ImportWay {
  canLoadLocal: boolean;
  /** Looking at a process's memory halts it for milliseconds, so it is not done where its rate is measured. */
  watchesMemory: boolean;
}

/** One whole import in a process of its own, as the product runs it: in a thread with bounded memory. */
export async function importOnce(
  services: Services,
  subject: Subject,
  { canLoadLocal, watchesMemory }: ImportWay,
): Promise<Measured> {
  const executionId = await startExecution(services, subject.accountId);
  const input: BenchInput = {
    settings: settingsOf(services),
    ...subject,
    executionId: executionId.toString('hex'),
    canLoadLocal,
  };
  const program = fileURLToPath(new URL('./process.js', import.meta.url));
  const child = spawn(process.execPath, [...memoryOptions, program, JSON.stringify(input)], {
    env: { ...process.env, ...memoryEnvironment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peakMb = 0;
  const sampling = setInterval(() => {
    if (watchesMemory) peakMb = Math.max(peakMb, memoryMb(child.pid ?? 0));
  }, 50);
  try {
    const output = (await json(child.stdout)) as BenchOutput;
    return { ...output, rowsPerSecond: (output.counts.listed / output.elapsedMs) * 1000, peakMb };
  } finally {
    clearInterval(sampling);
    await endExecution(services, executionId);
  }
}

function memoryMb(processId: number): number {
  try {
    const kb = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${processId}/smaps_rollup`, 'utf8'))?.[1];
    return Number(kb ?? 0) / 1024;
  } catch (thrown) {
    // The process may end between two looks at it.
    if (['ENOENT', 'ESRCH'].includes((thrown as NodeJS.ErrnoException).code ?? '')) return 0;
    throw thrown;
  }
}
