import { z } from 'zod';
import { type FieldMeta, secret } from '../../../shared/connector.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { placeFields } from '../../s3/place.ts';
import { fileFields, transferFormat } from '../files/fields.ts';

const meta = (facts: FieldMeta) => ({ ...facts });
const importMeta = (facts: FieldMeta) => meta({ ...facts, direction: 'import' });
const exportMeta = (facts: FieldMeta) => meta({ ...facts, direction: 'export' });

const endpointSchema = z
  .string()
  .trim()
  .max(1024)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'an address such as https://host')
  .refine((text) => !URL.canParse(text) || isBare(new URL(text)), 'without user, password, ? and #');

function isBare({ username, password, search, hash }: URL): boolean {
  return username === '' && password === '' && search === '' && hash === '';
}

/** What one S3 connector is told. Its titles and descriptions are the console's form. */
export const s3ConfigSchema = z.strictObject({
  bucket: placeFields.bucket.meta(
    meta({ title: 'Bucket', description: 'Its name alone, such as my-calls.', group: 'where' }),
  ),
  region: z
    .string()
    .trim()
    .regex(/^[a-z0-9-]{2,40}$/, 'a region such as ap-south-1')
    .default('us-east-1')
    .meta(
      meta({
        title: 'Region',
        description: 'Where the bucket lies, such as ap-south-1. Servers other than AWS mostly accept us-east-1.',
        group: 'where',
      }),
    ),
  prefix: placeFields.prefix.meta(
    meta({
      title: 'Folder (prefix)',
      description:
        'Where the files lie, or where reports are put, such as exports/calls/. Folders inside it are not searched for files. Leave empty for the top of the bucket.',
      group: 'where',
    }),
  ),
  endpoint: endpointSchema.optional().meta(
    meta({
      title: 'Endpoint',
      address: true,
      description: 'Only for servers other than AWS: their address, such as https://minio.example.com:9000.',
      group: 'where',
    }),
  ),
  path_style: z
    .boolean()
    .default(true)
    .meta(
      meta({
        title: 'Bucket in the path',
        description:
          'Only used with an endpoint. On: https://host/bucket/file, which nearly every server understands. Off: https://bucket.host/file.',
        group: 'where',
      }),
    ),
  access_key: z
    .string()
    .trim()
    .max(255)
    .regex(/^[\x21-\x7e]+$/, 'without spaces')
    .meta(meta({ title: 'Access key ID', description: 'Of an IAM user for this purpose alone.', group: 'who' })),
  secret_key: secret({
    title: 'Secret access key',
    description: 'AWS shows it once, when the access key is made. If it is lost, make another access key.',
    unsent: true,
    group: 'who',
  }),
  session_token: secret({
    title: 'Session token',
    description: 'Only with temporary credentials, which end after some hours. Better: the access key of an IAM user.',
    group: 'who',
  }).optional(),
  requester_pays: z
    .boolean()
    .default(false)
    .meta(
      meta({
        title: 'Requester pays',
        description: 'On when the bucket bills whoever reads it: the owner of this access key then agrees to pay.',
        group: 'who',
      }),
    ),
  ...fileFields,
  file_format: transferFormat,
  stable_seconds: z.coerce
    .number()
    .min(0)
    .max(3600)
    .default(0)
    .meta(
      importMeta({
        title: 'Wait for complete files (seconds)',
        description:
          'An S3 object appears when it is complete, so 0 is right unless a program writes the same object again and again.',
        group: 'what',
      }),
    ),
  encryption: placeFields.encryption.meta(
    exportMeta({
      title: 'Encryption',
      description: 'none: as the bucket is set (AWS encrypts every object by itself). Or asked for with each report.',
      group: 'what',
    }),
  ),
  kms_key: placeFields.kms_key.meta(
    exportMeta({
      title: 'KMS key',
      description: 'Its ARN, for aws:kms. Leave empty for the key that the bucket or the AWS account has for S3.',
      group: 'what',
    }),
  ),
});

export type S3Config = z.infer<typeof s3ConfigSchema>;

/** A bucket by one connector's keys. */
export type ConnectorBucket = Bucket<S3Config>;
