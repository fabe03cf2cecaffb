import { z } from 'zod';
import { type FieldMeta, secret } from '../../../shared/connector.ts';
import { isWebLink } from '../../../shared/link.ts';
import { fileFields } from '../files/fields.ts';
import { isHalf, mysqlStyle, postgresStyle } from './database/query.ts';

const meta = (facts: FieldMeta) => ({ ...facts });

/** An address of one of ECC's servers. */
export const baseUrl = (facts: FieldMeta) =>
  z
    .string()
    .trim()
    .max(2048)
    .refine(isWebLink, 'must begin with https:// or http://')
    .refine((link) => !/[?#]|\/\/[^/]*@/.test(link), 'without user name, ? and #')
    .meta(meta(facts));

const words = (maxLength = 255) => z.string().trim().min(1).max(maxLength);

const sftpReportSchema = z
  .strictObject({
    kind: z.literal('sftp_report'),
    inbox: words(120).meta(
      meta({ title: 'Inbox', description: 'Name of the SFTP inbox of this account that VLA uploads its report into.' }),
    ),
    directory: words(1024)
      .regex(/^[^/]/, 'without a leading slash')
      .refine((path) => !path.split('/').includes('..'), 'must not lead out of the inbox')
      .optional()
      .meta(meta({ title: 'Folder', description: 'Where reports lie in the inbox. Empty: anywhere in it.' })),
    file_format: fileFields.file_format,
    expected_files: fileFields.expected_files,
    after_success: fileFields.after_success,
    processed_directory: fileFields.processed_directory,
  })
  .meta({ title: 'VLA report by SFTP', description: "The report is read with this connector's mapping." });

const authSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('header'),
      name: words(100)
        .regex(/^[A-Za-z0-9-]+$/, 'the name of an HTTP header')
        .default('Authorization')
        .meta(meta({ title: 'Header', description: 'Its name, such as Authorization or X-API-Key.' })),
      value: secret({ title: 'Value of the header', description: 'The whole of it, such as Bearer and the token.' }),
    })
    .meta({ title: 'By a header' }),
  z
    .strictObject({
      kind: z.literal('basic'),
      username: words().meta(meta({ title: 'User name', description: 'Of a user that may read the rows.' })),
      password: secret({ title: 'Password', description: 'Of that user.' }),
    })
    .meta({ title: 'By user name and password (basic)' }),
  z.strictObject({ kind: z.literal('none') }).meta({ title: 'Not at all', description: 'Our address is enough.' }),
]);

const pagingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }).meta({ title: 'One answer has all rows of a day' }),
  z
    .strictObject({
      kind: z.literal('page'),
      parameter: words(100)
        .default('page')
        .meta(meta({ title: 'Parameter for the page', description: 'The number of the page is sent by this name.' })),
      first: z.coerce
        .number()
        .int()
        .min(0)
        .max(1)
        .default(1)
        .meta(meta({ title: 'Number of the first page', description: '1 with most servers, 0 with some.' })),
    })
    .meta({ title: 'Numbered pages', description: 'Pages are asked for until one has no rows.' }),
  z
    .strictObject({
      kind: z.literal('next'),
      next_at: words()
        .default('next')
        .meta(
          meta({
            title: 'Where the next page is named',
            description: 'Names of keys with dots between them: metadata.next_page. Its value is a link or a token.',
          }),
        ),
      parameter: words(100)
        .optional()
        .meta(
          meta({ title: 'Parameter for the token', description: 'Empty where the answer gives the whole next link.' }),
        ),
    })
    .meta({ title: 'Each answer names the next page' }),
]);

export const timeFormats = ['iso', 'local', 'date', 'epoch_ms', 'epoch_s'] as const;

const appServerSchema = z
  .strictObject({
    kind: z.literal('app_server'),
    base_url: baseUrl({
      title: 'Address of the app server',
      address: true,
      description: 'Such as https://ecc.example.com:8443. It must let our addresses in.',
    }),
    rows_path: z
      .string()
      .trim()
      .max(1024)
      .default('')
      .meta(
        meta({
          title: 'Path of the rows',
          description:
            'Below the address; whoever runs the app server tells it. Empty, which is only our default: the address is that of the rows.',
        }),
      ),
    query: z
      .record(z.string().min(1), z.string())
      .default({})
      .meta(
        meta({
          title: 'Parameters that are always sent',
          description:
            'For example table and cdr. They are kept and shown as they are, so no key, token or password belongs here: those go into "Sign in", by a header.',
        }),
      ),
    from_parameter: words(100)
      .default('from')
      .meta(meta({ title: 'Parameter for the beginning', description: 'from is only our default.' })),
    to_parameter: words(100)
      .default('to')
      .meta(
        meta({
          title: 'Parameter for the end',
          description: 'to is only our default. The first moment that is not wanted any more.',
        }),
      ),
    time_format: z
      .enum(timeFormats)
      .default('iso')
      .meta(
        meta({
          title: 'How times are sent',
          description:
            'iso: 2026-11-20T00:00:00+05:30. local: 2026-11-20 00:00:00. date: 2026-11-20. epoch_ms and epoch_s: since 1970. iso is only our default.',
        }),
      ),
    rows_at: z
      .string()
      .trim()
      .max(255)
      .default('')
      .meta(
        meta({
          title: 'Where the rows lie in the answer',
          description:
            'Names of keys with dots between them: result.calls. Empty, which is only our default: the answer itself, or data in it, or its only list.',
        }),
      ),
    paging: pagingSchema.default({ kind: 'none' }).meta(
      meta({
        title: 'Pages',
        description:
          'How the rest is asked for where one answer does not hold all rows of a day. One answer may have 32 MB.',
      }),
    ),
    auth: authSchema.default({ kind: 'none' }).meta(
      meta({
        title: 'Sign in',
        description:
          'How the app server knows us. Keys and tokens go here: they are sealed. Not at all is only our default.',
      }),
    ),
  })
  .meta({ title: 'App server API', description: "Rows of ECC's table, a day at a time." });

const styles = { postgres: postgresStyle, mysql: mysqlStyle };

const databaseSchema = z
  .strictObject({
    kind: z.literal('database'),
    engine: z.enum(['postgres', 'mysql']).meta(
      meta({
        title: 'Database server',
        description: 'What ECC keeps its calls in: PostgreSQL, or MySQL and MariaDB.',
      }),
    ),
    host: words().meta(meta({ title: 'Host', address: true, description: 'It must let our addresses in.' })),
    port: z.coerce
      .number()
      .int()
      .min(1)
      .max(65535)
      .optional()
      .meta(meta({ title: 'Port', address: true, description: 'Empty: 5432 for PostgreSQL, 3306 for MySQL.' })),
    database: words().meta(meta({ title: 'Database', description: 'Its name on that server.' })),
    user: words().meta(meta({ title: 'User name', description: 'A user that may only read.' })),
    password: secret({ title: 'Password', description: 'Of that user.' }),
    query: words(20_000).meta(
      meta({
        title: 'Query',
        description:
          'One SELECT with :from and :to (text such as 2026-11-20 00:00:00, the second not included), by which it is read a day at a time. Without both, each run reads the whole of it. It must give external_interaction_id or crtObjectId; with the REST API v4 campaign_id as well. Good to have: call_id, interaction_start_time, duration_seconds. Every other column becomes metadata.',
        field: 'multiline',
      }),
    ),
    statement_timeout_seconds: z.coerce
      .number()
      .int()
      .min(1)
      .max(3600)
      .default(300)
      .meta(
        meta({
          title: 'Longest time for a query (seconds)',
          description: 'The server ends a query that takes longer, so that ECC keeps its speed.',
        }),
      ),
    tls: z
      .enum(['prefer', 'verify', 'encrypt', 'off'])
      .default('prefer')
      .meta(
        meta({
          title: 'TLS',
          description:
            "verify is recommended: encrypted, and the server's certificate must be good. prefer, which is only our default: encrypted where the server offers it, its certificate not looked at. encrypt: always encrypted, for whoever answers. off: readable on the way; only inside a VPN.",
        }),
      ),
  })
  .refine(({ engine, query }) => !isHalf(query, styles[engine]), {
    message: 'must have both :from and :to, between which the calls of a day lie, or neither',
    path: ['query'],
  })
  .meta({ title: "ECC's database", description: 'The same rows by a query that fits this installation.' });

export const sourceSchema = z.discriminatedUnion('kind', [sftpReportSchema, appServerSchema, databaseSchema]);

export type ReportConfig = z.output<typeof sftpReportSchema>;
export type AppServerConfig = z.output<typeof appServerSchema>;
export type DatabaseConfig = z.output<typeof databaseSchema>;
