import type { ConnectorType } from '../connector.ts';
import { readingOf, requireFormat } from '../files/fields.ts';
import { checkS3 } from './check.ts';
import { type S3Config, s3ConfigSchema } from './config.ts';
import { openSink } from './sink.ts';
import { openSource } from './source.ts';

const firewall =
  'Where a policy or a firewall lets only known addresses in (aws:SourceIp), our outbound addresses must be allowed.';

export const s3 = {
  id: 's3',
  title: 'Amazon S3 or compatible',
  summary: 'CSV files and recordings from a bucket on AWS S3 or a server that speaks S3, or reports into one.',
  directions: ['import', 'export'],
  prerequisites: {
    import: [
      'An IAM user for this purpose with an access key, allowed s3:ListBucket on the bucket and s3:GetObject on its objects below the folder.',
      'Where files are to be moved or deleted afterwards: also s3:DeleteObject on them and, to move, s3:PutObject on the folder that they are moved into.',
      'Where objects are encrypted with a KMS key of yours: kms:Decrypt on it, and kms:GenerateDataKey to move.',
      firewall,
    ],
    export: [
      'An IAM user for this purpose with an access key, allowed s3:PutObject, s3:AbortMultipartUpload and s3:DeleteObject on the objects below the folder.',
      'Where the bucket encrypts with a KMS key of yours: kms:GenerateDataKey and kms:Decrypt on it.',
      firewall,
    ],
  },
  config: s3ConfigSchema,
  requireFit: requireFormat,
  check: checkS3,
  location: (config) =>
    JSON.stringify([config.endpoint?.toLowerCase() ?? '', config.bucket, config.prefix, ...readingOf(config)]),
  source: openSource,
  sink: openSink,
} satisfies ConnectorType<S3Config>;
