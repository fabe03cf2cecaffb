import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { cqa } from '../harness/cqa.ts';
import { databaseUrlOf, freshDatabase } from '../harness/database.ts';
import { scratchFolder } from '../harness/folders.ts';
import { startKafka, type TestKafka } from '../harness/kafka.ts';
import { type Product, startProduct } from '../harness/product.ts';
import { type S3Proxy, startS3Proxy } from '../harness/s3proxy.ts';
import { testPassword, testSecretKey } from '../harness/services.ts';

const storageBucket = 'cqa-storage';
const customerBucket = 'customer';
export const jobCount = 6;
export const rowsPerJob = 20;

/** The program as it runs on several machines: a process for each role and replica, one database, one S3, one Kafka. */
export interface Topology {
  kafka: TestKafka;
  /** Where the storage's objects lie. */
  storageFolder: string;
  web: [Product, Product];
  workers: [Product, Product];
  schedulers: [Product, Product];
  /** One more process of a role. */
  start(role: string): Promise<Product>;
  call(web: Product, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

/** What was begun when something fails is ended before the failure is thrown. */
export async function startTopology(): Promise<Topology> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { ...(await begin(ends)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function begin(ends: (() => Promise<unknown>)[]): Promise<Omit<Topology, 'stop'>> {
  const [kafka, s3, address] = await Promise.all([startKafka(), startS3Proxy(), freshDatabase()]);
  ends.push(() => Promise.all([kafka.stop(), s3.stop()]));
  for (const bucket of [storageBucket, customerBucket]) mkdirSync(join(s3.directory, bucket));
  const environment = environmentOf(kafka, s3, databaseUrlOf(address));
  const started: Product[] = [];
  ends.push(() => Promise.all(started.map((product) => product.stop())));
  const start = async (role: string) => {
    const settings = { ...environment, CQA_ROLES: role };
    const product = await startProduct({ dataDir: scratchFolder(role), environment: settings });
    started.push(product);
    return product;
  };
  const pair = (role: string) => Promise.all([start(role), start(role)]);
  // All at once, on an empty database: one of them makes the tables.
  const [web, workers, schedulers] = await Promise.all([
    ...([pair('web'), pair('worker'), pair('scheduler')] as const),
    ...([start('stream'), start('inbox')] as const),
  ]);
  const { ssl: _ssl, ...where } = address;
  const connection = await createConnection(where);
  ends.push(() => connection.end());
  const { account, key } = await configure(web[0], s3);
  return {
    ...{ kafka, web, workers, schedulers, start },
    storageFolder: join(s3.directory, storageBucket),
    call: (at, method, path, body, headers = {}) =>
      fetch(`${at.url}/cqa/api/v1/accounts/${account}${path}`, {
        method,
        headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    query: (sql, values = []) => ask(connection, sql, values),
  };
}

function environmentOf(kafka: TestKafka, s3: S3Proxy, databaseUrl: string): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: databaseUrl,
    CQA_SECRET_KEY: testSecretKey,
    STORAGE_URL: `s3://${storageBucket}/sealed`,
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    KAFKA_BROKERS: kafka.brokers.join(','),
    CQA_LEASE_SECONDS: '15',
    CQA_RATE_LIMIT: 'off',
  };
}

/** An account with a key, a rule for everything, and jobs that each read a file of the customer's bucket. */
async function configure(product: Product, s3: S3Proxy): Promise<{ account: string; key: string }> {
  const call = <T>(...words: string[]) => cqa<T>(product.environment, ...words);
  const words = ['--name', 'Many', '--admin-email', 'admin@many.example', '--admin-password', testPassword];
  const { account_id: account } = await call<{ account_id: string }>('account', 'create', ...words);
  const { api_key: key } = await call<{ api_key: string }>('api-key', 'create', '--account', account, '--name', 'all');
  const names = Array.from({ length: jobCount }, (_, index) => `calls-${index}`);
  for (const name of names) writeCalls(join(s3.directory, customerBucket, name), name);
  const file = join(scratchFolder('topology'), 'account.yaml');
  writeFileSync(file, JSON.stringify(configurationOf(names, s3)));
  await call('apply', '-f', file, '--account', account);
  return { account, key };
}

function writeCalls(folder: string, name: string): void {
  mkdirSync(folder);
  const rows = Array.from(
    { length: rowsPerJob },
    (_, index) => `${name}-${index},CHAT,topology,2026-11-03T09:15:00Z,Agent: Thank you for calling.`,
  );
  const heading = 'external_interaction_id,channel_type,source,interaction_start_time,transcript_text';
  writeFileSync(join(folder, 'calls.csv'), `${[heading, ...rows].join('\n')}\n`);
}

function configurationOf(names: string[], s3: S3Proxy) {
  const kpi = {
    kpi_name: 'Greets',
    kpi_question: 'Does the agent greet?',
    input_type: 'Yes/No',
    options: [
      { label: 'Yes', weightage: 5 },
      { label: 'No', weightage: 0 },
    ],
    evaluator: { kind: 'phrase', any: ['thank you for calling'], role: 'agent' },
  };
  return {
    connectors: names.map((name) => ({
      ...{ name, direction: 'import', type: 's3' },
      config: {
        ...{ bucket: customerBucket, prefix: name, endpoint: s3.url, file_format: 'csv' },
        ...{ access_key: s3.accessKeyId, secret_key: s3.secretAccessKey },
      },
    })),
    quality_profiles: [
      { name: 'Basics', categories: [{ name: 'Conduct', sub_categories: [{ name: 'Greeting', kpis: [kpi] }] }] },
    ],
    assignment_rules: [{ name: 'everything', filter_group: [], assign_quality_profiles: ['Basics'] }],
    jobs: names.map((name) => ({
      ...{ name, type: 'data_import', connectors: [name] },
      // Due only when the test says so in the database.
      schedule: { frequency: 'daily', at: '02:30', start_date: '2099-01-01' },
    })),
  };
}

async function ask<Row extends object>(connection: Connection, sql: string, values: unknown[]): Promise<Row[]> {
  const [rows] = await connection.query<RowDataPacket[]>(sql, values);
  return rows as unknown as Row[];
}
