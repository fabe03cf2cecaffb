import type { RowDataPacket } from 'mysql2/promise';
import { saveConnector } from '../../../server/configuration/connectors.ts';
import { executeHandler } from '../../../server/jobs/execute.ts';
import { type ExecutionShown, showExecution } from '../../../server/jobs/show.ts';
import { triggerJob } from '../../../server/jobs/trigger.ts';
import { waitForExecution } from '../../../server/jobs/wait.ts';
import { runExport } from '../../../server/pipeline/export.ts';
import { runImport } from '../../../server/pipeline/import/import.ts';
import type { Services } from '../../../server/services.ts';
import { type Serving, serve } from '../../../server/worker/serve.ts';
import type { Sshd } from '../../harness/sshd.ts';
import { reportConfig } from '../reports/seed.ts';
import { addJob } from './jobs.ts';

/** Real imports and exports of one account, done by a worker of this process. */
export class Runs {
  readonly services: Services;
  readonly accountId: number;
  #serving: Serving | undefined;

  constructor(services: Services, accountId: number) {
    this.services = services;
    this.accountId = accountId;
  }

  /**
   * From now on executions are worked on. `retryMs` is the pause before a source is tried again, twice; `now` is what time
   * it is for the links of mails.
   */
  work({ retryMs = 10, ...clock }: { retryMs?: number; now?: () => Date } = {}): void {
    const options = { itemPausesMs: [10, 40] };
    const pausesMs = [retryMs, retryMs];
    const runs = {
      runImport: (run: Parameters<typeof runImport>[0]) => runImport(run, options),
      runExport: (run: Parameters<typeof runExport>[0]) => runExport(run, { backoffMs: pausesMs, ...clock }),
    };
    this.#serving = serve(this.services, [executeHandler(this.services, runs, { pausesMs })], { pollMs: 20 });
  }

  async stop(): Promise<void> {
    await this.#serving?.stop({ finishMs: 0, abortMs: 5_000 });
    this.#serving = undefined;
  }

  trigger(job: number): Promise<Buffer> {
    return triggerJob(this.services, this.accountId, job, { by: 'ada@example.test' });
  }

  async run(job: number): Promise<ExecutionShown & { id: Buffer }> {
    return await this.ended(await this.trigger(job));
  }

  async ended(id: Buffer): Promise<ExecutionShown & { id: Buffer }> {
    await waitForExecution(this.services, this.accountId, id);
    return { ...(await showExecution(this.services, this.accountId, id)), id };
  }

  async connector(name: string, direction: 'import' | 'export', type: string, config: object): Promise<number> {
    const input = { name, direction, type, config: config as Record<string, unknown>, is_enabled: true };
    await saveConnector(this.services, this.accountId, input, { by: 'test' });
    const [row] = await this.rows('SELECT id FROM connector WHERE account_id = ? AND live_name = ?', [
      this.accountId,
      name,
    ]);
    return row?.id;
  }

  async job(name: string, type: 'data_import' | 'data_export', connectors: number[]): Promise<number> {
    const id = await addJob(this.services, { accountId: this.accountId, name, type, connectors });
    if (type === 'data_export')
      await this.rows('UPDATE job SET report = ? WHERE id = ?', [JSON.stringify(reportConfig()), id]);
    return id;
  }

  async rows(sql: string, values: unknown[] = []): Promise<RowDataPacket[]> {
    return (await this.services.database.pool.query<RowDataPacket[]>(sql, values))[0];
  }
}

/** What a connector to the test's SFTP server is configured with. */
export function sftpConfig(sshd: Sshd, given: Record<string, unknown> = {}) {
  return {
    host: sshd.host,
    port: sshd.port,
    username: sshd.username,
    host_key: sshd.hostKeyFingerprint,
    credential: { type: 'ssh_key', private_key: sshd.privateKey },
    directory: sshd.directory,
    ...given,
  };
}

/** What was said, line by line: `info: Found 3 items …`. */
export function linesOf({ log }: Pick<ExecutionShown, 'log'>): string[] {
  return log.map(({ level, message }) => `${level}: ${message}`);
}
