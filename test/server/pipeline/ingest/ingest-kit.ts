import type { RequestListener } from 'node:http';
import type { RowDataPacket } from 'mysql2/promise';
import { claimWork, type Work } from '../../../../db/queries/work.ts';
import { createFileJob } from '../../../../server/pipeline/ingest/create-job.ts';
import { fileRequestSchema } from '../../../../server/pipeline/ingest/file-request.ts';
import { ingestHandler } from '../../../../server/pipeline/ingest/ingest.ts';
import type { Services } from '../../../../server/services.ts';
import { perform } from '../../../../server/worker/attempt.ts';
import { type FileServer, startFileServer } from '../../../harness/file-server.ts';
import { testAccount, testServices } from '../../../harness/services.ts';

/** What a file may be: its whole content, or how it is sent. */
export type Served = string | Buffer | RequestListener;

/** Services, an account, and a web server whose files jobs are made of. */
export interface IngestKit {
  services: Services;
  accountId: number;
  url: string;
  serve(path: string, content: Served): string;
  /** Another account; jobs are its from now on. */
  renewAccount(): Promise<number>;
  create(request: Record<string, unknown>): Promise<Buffer>;
  /** One attempt at each job that is due, by the worker's own rules; gives how many there were. */
  work(services?: Services): Promise<number>;
  /** Makes a job and works on it until it has ended. */
  run(request: Record<string, unknown>, services?: Services): Promise<RowDataPacket>;
  job(id: Buffer): Promise<RowDataPacket>;
  select(sql: string, values?: unknown[]): Promise<RowDataPacket[]>;
  interactions(): Promise<RowDataPacket[]>;
  rejected(jobId: Buffer): Promise<RowDataPacket[]>;
  close(): Promise<void>;
}

export async function ingestKit(): Promise<IngestKit> {
  const services = await testServices();
  const files = new Map<string, Served>();
  const web = await startFileServer((request, response) => {
    const file = files.get(request.url ?? '');
    if (typeof file === 'function') file(request, response);
    else if (file === undefined) response.writeHead(404).end();
    else response.end(file);
  });
  return new Kit(services, web, files, (await testAccount(services)).id);
}

class Kit implements IngestKit {
  readonly services: Services;
  readonly url: string;
  accountId: number;
  readonly #web: FileServer;
  readonly #files: Map<string, Served>;

  constructor(services: Services, web: FileServer, files: Map<string, Served>, accountId: number) {
    this.services = services;
    this.url = web.url;
    this.accountId = accountId;
    this.#web = web;
    this.#files = files;
  }

  serve(path: string, content: Served): string {
    this.#files.set(path, content);
    return `${this.url}${path}`;
  }

  async renewAccount(): Promise<number> {
    this.accountId = (await testAccount(this.services)).id;
    return this.accountId;
  }

  create(request: Record<string, unknown>): Promise<Buffer> {
    return createFileJob(this.services, this.accountId, fileRequestSchema.parse({ format: 'csv', ...request }));
  }

  async work(services = this.services): Promise<number> {
    const { pool } = services.database;
    const claimed = await claimWork(pool, 'ingest', { limit: 10, leaseSeconds: 60 });
    for (const work of claimed) await attempt(services, work);
    return claimed.length;
  }

  async run(request: Record<string, unknown>, services = this.services): Promise<RowDataPacket> {
    const id = await this.create(request);
    for (;;) {
      await this.work(services);
      const job = await this.job(id);
      if (job.completed_at !== null) return job;
      await this.select('UPDATE work SET run_after = NOW(3) WHERE subject = ?', [id]);
    }
  }

  async job(id: Buffer): Promise<RowDataPacket> {
    const [job] = await this.select('SELECT * FROM ingress_job WHERE id = ?', [id]);
    if (!job) throw new Error('no job');
    return { ...job, error: job.error && JSON.parse(job.error) } as RowDataPacket;
  }

  async select(sql: string, values: unknown[] = []): Promise<RowDataPacket[]> {
    return (await this.services.database.pool.query<RowDataPacket[]>(sql, values))[0];
  }

  interactions(): Promise<RowDataPacket[]> {
    return this.select('SELECT * FROM interaction WHERE account_id = ? ORDER BY external_id', [this.accountId]);
  }

  rejected(jobId: Buffer): Promise<RowDataPacket[]> {
    return this.select('SELECT * FROM rejected_row WHERE execution_id = ? ORDER BY id', [jobId]);
  }

  async close(): Promise<void> {
    await this.#web.close();
    await this.services.close();
  }
}

async function attempt(services: Services, work: Work): Promise<void> {
  const held = { work, signal: new AbortController().signal, lastFailure: undefined };
  await perform(ingestHandler(services), held, { pool: services.database.pool, log: services.log });
}

/** `count` rows with a short transcript each. */
export function* csvOf(count: number, prefix = 'F'): Generator<string> {
  yield 'external_interaction_id,channel_type,transcript_text,agent_name\n';
  for (let index = 0; index < count; index++)
    yield `${prefix}-${index},CHAT,"Agent: hello ${index}",agent ${index % 7}\n`;
}
