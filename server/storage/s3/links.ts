import type { Bucket } from '../../s3/bucket.ts';
import { linkFacts, presignedGet } from '../../s3/presigned.ts';
import { uploadObject } from '../../s3/upload.ts';
import type { PublicLinks } from '../storage.ts';
import type { BucketAccess } from './bucket-access.ts';

/** Links that the bucket's server answers by itself, to plain objects beside the sealed ones; it encrypts them at rest. */
export function openLinks(
  access: BucketAccess,
  find: (key: string) => Promise<{ bucket: Bucket; objectKey: string }>,
): PublicLinks {
  return {
    facts: async () => linkFacts(await access.open()),
    async publish(key, content, { byteSize, ...file }) {
      const { bucket, objectKey } = await find(key);
      return await access.told(key, bucket, async () => {
        await uploadObject(bucket, objectKey, content, byteSize);
        return await presignedGet(bucket, { ...file, key: objectKey });
      });
    },
  };
}
