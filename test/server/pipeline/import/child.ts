import { runImport } from '../../../../server/pipeline/import/import.ts';
import { openServices, type ServiceSettings } from '../../../../server/services.ts';
import { claimRun, loadedFolder } from './import-run.ts';

/** What a test tells a process that runs one execution, so that it can kill it. */
export interface ChildInput {
  settings: ServiceSettings;
  accountId: number;
  connectorId: number;
  directory: string;
  executionId: string;
}

const { settings, accountId, connectorId, directory, executionId } = JSON.parse(process.argv[2] ?? '') as ChildInput;
const services = await openServices(settings);
const connector = loadedFolder(connectorId, accountId, { directory });
const run = await claimRun(services, connector, Buffer.from(executionId, 'hex'));
const outcome = await runImport(run, { itemPausesMs: [10, 40] });
console.log(JSON.stringify(outcome));
await services.close();
