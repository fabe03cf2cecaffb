import { parentPort, workerData } from 'node:worker_threads';
import { runImport } from '../../../server/pipeline/import/import.ts';
import { openServices } from '../../../server/services.ts';
import { claimRun, loadedFolder } from '../../server/pipeline/import/import-run.ts';
import type { BenchInput, BenchOutput } from './process.ts';

const { settings, accountId, connectorId, directory, executionId, canLoadLocal } = workerData as BenchInput;
const services = await openServices(settings, { connectionLimit: 6 });
if (!canLoadLocal) services.database.canLoadLocal = false;
const connector = loadedFolder(connectorId, accountId, { directory });
const run = await claimRun(services, connector, Buffer.from(executionId, 'hex'));
const startedAt = performance.now();
const { status, items, counts } = await runImport(run);
const output: BenchOutput = { elapsedMs: performance.now() - startedAt, status, items, counts };
await services.close();
parentPort?.postMessage(output);
