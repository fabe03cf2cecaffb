import { BlockList, isIP } from 'node:net';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { AppError } from '../shared/error.ts';
import { type KafkaAddress, saslMechanisms } from './kafka/cluster.ts';

const roleNames = ['web', 'scheduler', 'worker', 'inbox', 'stream'] as const;
export type RoleName = (typeof roleNames)[number];

const rolesFromList = z
  .string()
  .default(roleNames.join(','))
  .transform((list) => list.split(',').map((role) => role.trim()))
  .pipe(z.array(z.enum(roleNames)).min(1));

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );

const proxyNames = ['loopback', 'linklocal', 'uniquelocal'];

const trustProxy = list.transform((items, context): number | string[] => {
  const [first = '', ...others] = items;
  if (others.length === 0 && /^\d{1,2}$/.test(first)) return Number(first);
  if (items.length === 0) return ['loopback'];
  if (items.every((item) => proxyNames.includes(item) || isNetwork(item))) return items;
  context.addIssue('how many proxies stand before the program, or their addresses: 1, or 10.0.0.0/8,192.0.2.7');
  return z.NEVER;
});

function isNetwork(text: string): boolean {
  const [address = '', prefix] = text.split('/');
  const family = isIP(address);
  if (family === 0 || prefix === undefined) return family !== 0;
  try {
    new BlockList().addSubnet(address, Number(prefix), family === 6 ? 'ipv6' : 'ipv4');
  } catch {
    return false;
  }
  return /^\d+$/.test(prefix);
}

const egressAllow = list.transform((items, context) => {
  const wrong = items.find((item) => !isNetwork(item));
  if (wrong === undefined) return items;
  context.addIssue(
    `"${wrong}" is neither an address nor a CIDR range. Write them with commas between: 10.20.0.0/16,192.0.2.7`,
  );
  return z.NEVER;
});

/** `alerts@example.com`, or `CQA Alerts <alerts@example.com>`. */
const emailFrom = z
  .string()
  .refine(
    (text) => z.email().safeParse(/^[^<>\r\n]*<([^<>]+)>$/.exec(text)?.[1] ?? text).success,
    'an email address, or a name with one: CQA Alerts <alerts@example.com>',
  )
  .optional();

/** As other programs write it, too. */
const kafkaTls = z
  .string()
  .toLowerCase()
  .transform((text) => ({ true: 'on', 1: 'on', false: 'off', 0: 'off' })[text] ?? text)
  .pipe(z.enum(['on', 'off']));

const environmentSchema = z.object({
  PORT: z.coerce.number('a port number, 0 to 65535').int().min(0).max(65535).default(4000),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  DATABASE_URL: z.url({ protocol: /^(mysql|mariadb)$/ }).optional(),
  CQA_DATA_DIR: z.string().min(1).default('.cqa'),
  CQA_SECRET_KEY: z.string().min(16, 'at least 16 characters').optional(),
  CQA_ROLES: rolesFromList,
  STORAGE_URL: z.url({ protocol: /^(file|s3)$/ }).optional(),
  CQA_INBOX_PORT: z.coerce.number('a port number, 0 to 65535').int().min(0).max(65535).default(2222),
  CQA_OUTBOUND_ADDRESSES: list,
  CQA_EGRESS_ALLOW: egressAllow,
  CQA_LEASE_SECONDS: z.coerce.number('a whole number of seconds, 2 to 3600').int().min(2).max(3600).default(30),
  KAFKA_BROKERS: list,
  KAFKA_TLS: kafkaTls.default('off'),
  // Kafka's own settings write SCRAM-SHA-512.
  KAFKA_SASL_MECHANISM: z.string().toLowerCase().pipe(z.enum(saslMechanisms)).optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  CQA_EMAIL_FROM: emailFrom,
  CQA_TRUST_PROXY: trustProxy,
  CQA_RATE_LIMIT: z.enum(['on', 'off']).default('on'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** The environment's variables that the program reads by itself; those of the AWS SDK and the machine's are not among them. */
export const settingNames: readonly string[] = Object.keys(environmentSchema.shape);

export interface Config {
  port: number;
  host: string;
  publicUrl: string;
  databaseUrl: string | undefined;
  dataDir: string;
  secretKey: string | undefined;
  roles: RoleName[];
  storageUrl: string;
  /** Where customers' SFTP clients push to. */
  inboxPort: number;
  outboundAddresses: string[];
  egressAllow: string[];
  leaseSeconds: number;
  /** Our own cluster, which carries the names of work between machines; undefined: everything goes by the database. */
  kafka: KafkaAddress | undefined;
  /** Who mails with alerts and reports come from, an identity that Amazon SES knows; undefined: no mail is sent. */
  emailFrom: string | undefined;
  /** Who may say for whom a request is passed on: the last so many proxies, or those with these addresses. */
  trustProxy: number | string[];
  /** Whether calls of the API are counted against their account's limits: not where a gateway in front does it. */
  rateLimit: 'on' | 'off';
  logLevel: string;
}

/** Reads and checks the environment once. A wrong value stops the start with its name and what is expected. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  // `PORT=` in a shell means "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) throw wrongSetting(parsed.error);
  const env = parsed.data;
  if (env.DATABASE_URL && !env.CQA_SECRET_KEY)
    throw new AppError(
      'setting_invalid',
      'CQA_SECRET_KEY is required with DATABASE_URL: it seals the secrets kept in that database. Set it to 32 or more random characters and keep it.',
    );
  const dataDir = resolve(env.CQA_DATA_DIR);
  return {
    port: env.PORT,
    host: env.HOST,
    publicUrl: (env.PUBLIC_URL ?? `http://${env.HOST}:${env.PORT}`).replace(/\/$/, ''),
    databaseUrl: env.DATABASE_URL,
    dataDir,
    secretKey: env.CQA_SECRET_KEY,
    roles: env.CQA_ROLES,
    storageUrl: env.STORAGE_URL ?? pathToFileURL(resolve(dataDir, 'storage')).href,
    inboxPort: env.CQA_INBOX_PORT,
    outboundAddresses: env.CQA_OUTBOUND_ADDRESSES,
    egressAllow: env.CQA_EGRESS_ALLOW,
    leaseSeconds: env.CQA_LEASE_SECONDS,
    kafka: kafkaOf(env),
    emailFrom: env.CQA_EMAIL_FROM,
    trustProxy: env.CQA_TRUST_PROXY,
    rateLimit: env.CQA_RATE_LIMIT,
    logLevel: env.LOG_LEVEL,
  };
}

function kafkaOf(env: z.infer<typeof environmentSchema>): KafkaAddress | undefined {
  if (env.KAFKA_BROKERS.length === 0) return undefined;
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = env;
  if (mechanism && !(username && password))
    throw new AppError(
      'setting_invalid',
      'KAFKA_SASL_MECHANISM needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD beside it.',
    );
  return {
    brokers: env.KAFKA_BROKERS,
    ...(env.KAFKA_TLS === 'on' && { tls: {} }),
    ...(mechanism && username && password && { sasl: { mechanism, username, password } }),
  };
}

function wrongSetting(error: z.ZodError): AppError {
  const problems = error.issues.map(({ path, message }) => `${path[0]?.toString()}: ${message}`);
  return new AppError(
    'setting_invalid',
    `The environment has ${problems.length === 1 ? 'a wrong setting' : 'wrong settings'}. ${problems.join('; ')}`,
  );
}
