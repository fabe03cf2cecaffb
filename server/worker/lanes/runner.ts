import { executeHandler } from '../../jobs/execute.ts';
import { runExport } from '../../pipeline/export.ts';
import { runImport } from '../../pipeline/import.ts';
import { ingestHandler } from '../../pipeline/ingest/ingest.ts';
import type { OpenHandlers } from '../lanes.ts';

export const openHandlers: OpenHandlers = (services) => [
  executeHandler(services, { runImport, runExport }),
  ingestHandler(services),
];
