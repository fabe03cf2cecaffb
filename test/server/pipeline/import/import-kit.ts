import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import { newId } from '../../../../db/uuid.ts';
import type { LoadedConnector } from '../../../../server/connectors/load.ts';
import { runImport } from '../../../../server/pipeline/import/import.ts';
import type { ExecutionRun, ImportOutcome } from '../../../../server/pipeline/run.ts';
import type { Services } from '../../../../server/services.ts';
import { testAccount } from '../../../harness/services.ts';
import { claimRun, endExecution, folderConnector, startExecution } from './import-run.ts';

export interface Imported extends ImportOutcome {
  executionId: Buffer;
}

/** One account with one folder that is imported from. */
export interface ImportKit {
  accountId: number;
  directory: string;
  connector: LoadedConnector;
  put(name: string, content: string | Buffer): void;
  /** A whole execution; `adjust` may change what it works with. */
  run(adjust?: (run: ExecutionRun) => void): Promise<Imported>;
  /** The account's interactions by external id. */
  interactions(): Promise<RowDataPacket[]>;
  rejected(executionId: Buffer): Promise<RowDataPacket[]>;
}

export async function importKit(services: Services, config: Record<string, unknown> = {}): Promise<ImportKit> {
  const { id: accountId } = await testAccount(services, { timezone: 'Asia/Kolkata' });
  const directory = join(services.config.dataDir, newId().toString('hex'));
  mkdirSync(directory, { recursive: true });
  const connector = await folderConnector(services, accountId, { directory, ...config });
  const { pool } = services.database;
  const select = async (sql: string, values: unknown[]) => (await pool.query<RowDataPacket[]>(sql, values))[0];
  return {
    accountId,
    directory,
    connector,
    put: (name, content) => writeFileSync(join(directory, name), content),
    run: (adjust) => runOnce(services, connector, adjust),
    interactions: () => select('SELECT * FROM interaction WHERE account_id = ? ORDER BY external_id', [accountId]),
    rejected: (executionId) =>
      select('SELECT * FROM rejected_row WHERE account_id = ? AND execution_id = ? ORDER BY line', [
        accountId,
        executionId,
      ]),
  };
}

export async function runOnce(
  services: Services,
  connector: LoadedConnector,
  adjust: (run: ExecutionRun) => void = () => undefined,
): Promise<Imported> {
  const executionId = await startExecution(services, connector.accountId);
  const run = await claimRun(services, connector, executionId);
  adjust(run);
  const outcome = await runImport(run, { itemPausesMs: [1_000, 4_000] });
  await endExecution(services, executionId);
  return { ...outcome, executionId };
}

/** `count` rows with a short transcript each. */
export function rowsOf(count: number, text = (index: number) => `Agent: hello ${index}`): string {
  const rows = Array.from({ length: count }, (_, index) => `C-${index},CHAT,"${text(index)}",agent ${index % 7}\n`);
  return `external_interaction_id,channel_type,transcript_text,agent_name\n${rows.join('')}`;
}
