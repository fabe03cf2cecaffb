import { executeHandler } from '../jobs/execute.ts';
import { runExport } from '../pipeline/export.ts';
import { runImport } from '../pipeline/import/import.ts';
import { ingestHandler } from '../pipeline/ingest/ingest.ts';
import type { OpenHandlers } from '../worker/lane.ts';

export const openHandlers: OpenHandlers = (services) => [
  executeHandler(services, { runImport, runExport }),
  ingestHandler(services),
];
