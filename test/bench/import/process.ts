import '../../../server/heap.ts';
import { Worker } from 'node:worker_threads';
import type { ImportOutcome } from '../../../server/pipeline/run.ts';
import type { ServiceSettings } from '../../../server/services.ts';

/** What the measured process is told. */
export interface BenchInput {
  settings: ServiceSettings;
  accountId: number;
  connectorId: number;
  directory: string;
  executionId: string;
  canLoadLocal: boolean;
}

export interface BenchOutput extends Pick<ImportOutcome, 'status' | 'items' | 'counts'> {
  elapsedMs: number;
}

// The product runs imports in a thread with these limits.
const worker = new Worker(new URL('./thread.js', import.meta.url), {
  workerData: JSON.parse(process.argv[2] ?? ''),
  resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 },
});
worker.on('message', (output: BenchOutput) => console.log(JSON.stringify(output)));
