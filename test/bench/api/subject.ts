import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { embeddedConnection } from '../../../db/embedded/connection.ts';
import { cqa } from '../../harness/cqa.ts';
import { type Product, startProduct } from '../../harness/product.ts';
import type { LoadInput, LoadOutput } from './clients.ts';
import type { Target } from './connection.ts';

export const admin = { email: 'admin@bench.example', password: 'long enough!' };

/** The product as a customer runs it, on its own embedded database, with an account, a key, a profile and a rule. */
export interface Subject extends Product {
  /** For one interaction a request. */
  single: Target;
  batch: Target;
  account: string;
  query<Row>(sql: string): Promise<Row[]>;
}

export async function startSubject(dataDir: string, environment: NodeJS.ProcessEnv): Promise<Subject> {
  const profile = process.env.BENCH_PROFILE;
  const product = await startProduct({
    dataDir,
    environment: { CQA_RATE_LIMIT: 'off', ...environment },
    say: console.error,
    nodeOptions: profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [],
  });
  const { account_id: account } = await cqa<{ account_id: string }>(
    product.environment,
    ...['account', 'create', '--name', 'Bench', '--console'],
    ...['--admin-email', admin.email, '--admin-password', admin.password],
  );
  const { api_key: key } = await cqa<{ api_key: string }>(
    product.environment,
    ...['api-key', 'create', '--account', account, '--name', 'bench'],
  );
  const file = join(dataDir, 'bench.yaml');
  writeFileSync(file, JSON.stringify(configuration));
  await cqa(product.environment, 'apply', '-f', file, '--account', account);
  const path = `/cqa/api/v1/accounts/${account}/ingress/interactions`;
  const port = Number(new URL(product.url).port);
  return {
    ...product,
    account,
    single: { port, path, key },
    batch: { port, path: `${path}/batch`, key },
    query: (sql) => ask(dataDir, sql),
  };
}

/** A rule that takes every chat, and a question that is answered by the transcript. */
const configuration = {
  quality_profiles: [
    {
      name: 'Basics',
      categories: [
        {
          name: 'Conduct',
          sub_categories: [
            {
              name: 'Greeting',
              kpis: [
                {
                  kpi_name: 'Greets',
                  kpi_question: 'Does the agent greet?',
                  input_type: 'Yes/No',
                  options: [
                    { label: 'Yes', weightage: 5 },
                    { label: 'No', weightage: 0 },
                  ],
                  evaluator: { kind: 'phrase', any: ['thank you for calling'], role: 'agent' },
                },
              ],
            },
          ],
        },
      ],
    },
  ],
  assignment_rules: [
    {
      name: 'chats',
      filter_group: [[{ attribute: 'channel_type', operator: 'IS', value: 'CHAT' }]],
      assign_quality_profiles: ['Basics'],
    },
  ],
};

export async function addressOf(dataDir: string) {
  const address = await embeddedConnection(dataDir);
  if (!address) throw new Error(`No database runs in ${dataDir}.`);
  const { socketPath, user, password, database } = address;
  return { socketPath, user, password, database };
}

async function ask<Row>(dataDir: string, sql: string): Promise<Row[]> {
  const connection = await createConnection(await addressOf(dataDir));
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows as Row[];
  } finally {
    await connection.end();
  }
}

export interface Bare {
  target: Target;
  stop(): Promise<void>;
}

/** The bare handler on the same database. */
export async function startBare(dataDir: string, accountId: number): Promise<Bare> {
  const program = fileURLToPath(new URL('./bare.js', import.meta.url));
  const input = JSON.stringify({ address: await addressOf(dataDir), accountId });
  const child = spawn(process.execPath, [program, input], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { port } = await firstLine<AddressInfo>(child);
  return {
    target: { port, path: '/interactions', key: '' },
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function firstLine<T>({ stdout }: ChildProcess): Promise<T> {
  if (!stdout) throw new Error('the process was started without a pipe');
  const [line] = (await once(createInterface({ input: stdout }), 'line')) as [string];
  return JSON.parse(line) as T;
}

/** Clients in a thread of their own, the same for whoever is measured. */
export async function runLoad(input: LoadInput): Promise<LoadOutput> {
  const worker = new Worker(new URL('./clients.js', import.meta.url), { workerData: input });
  const [output] = (await once(worker, 'message')) as [LoadOutput];
  return output;
}
