import { z } from 'zod';

/** What names a place in a bucket, and how the server is asked to encrypt what is put there. */
export const placeFields = {
  bucket: z
    .string()
    .trim()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/,
      'the bare name of a bucket, such as my-calls, without s3://',
    ),
  prefix: z.string().trim().max(900).default('').transform(folderPrefix),
  encryption: z.enum(['none', 'AES256', 'aws:kms']).default('none'),
  kms_key: z.string().trim().min(1).max(2048).optional(),
};

/** A prefix is a folder: `/exports/calls` and `exports/calls/` are the same one. */
function folderPrefix(text: string): string {
  const bare = text.replace(/^\/+/, '').replace(/\/+$/, '');
  return bare === '' ? '' : `${bare}/`;
}

/** What is known of a bucket beside its secrets: enough to ask it, and to put its answers into words. */
export interface BucketConfig {
  bucket: string;
  /** Empty, or with a slash at its end. */
  prefix: string;
  region: string;
  /** The server's address; undefined for AWS. */
  endpoint?: string | undefined;
  /** Only with an endpoint: `https://host/bucket/key` rather than `https://bucket.host/key`. */
  path_style: boolean;
  access_key: string;
  requester_pays: boolean;
  encryption: 'none' | 'AES256' | 'aws:kms';
  kms_key?: string | undefined;
}

/** `s3://bucket/folder/file`. */
export function s3Url({ bucket }: Pick<BucketConfig, 'bucket'>, key: string): string {
  return `s3://${bucket}/${key}`;
}
