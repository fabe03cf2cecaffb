import type { Bucket, Tools } from '../../s3/bucket.ts';
import type { Asked } from '../../s3/failure.ts';
import { MultipartUpload } from '../../s3/multipart.ts';
import { eTagOf } from '../../s3/version.ts';

export interface Copy {
  from: string;
  to: string;
  /** Anything else at `from` is `item_changed`. */
  version: string;
  size: number;
}

const gigabyte = 1024 ** 3;
/** S3 copies up to 5 GB by one request, and more in parts. */
export const copyLimits = { wholeBytes: 5 * gigabyte, partBytes: gigabyte };

/** Copies within the server. A copy in parts that breaks off leaves nothing. */
export async function copyObject(bucket: Bucket, copy: Copy, limits = copyLimits): Promise<void> {
  if (copy.size > limits.wholeBytes) return await copyInParts(bucket, copy, limits.partBytes);
  await bucket.call(
    askedOf(copy),
    ({ client, sdk, place, options }) =>
      client.send(new sdk.CopyObjectCommand({ ...place, Key: copy.to, ...sourceOf(place, copy) }), options),
    copy.size,
  );
}

async function copyInParts(bucket: Bucket, copy: Copy, partBytes: number): Promise<void> {
  const upload = await MultipartUpload.begin(bucket, { ...askedOf(copy), key: copy.to });
  try {
    for (let start = 0; start < copy.size; start += partBytes) {
      const end = Math.min(start + partBytes, copy.size);
      const CopySourceRange = `bytes=${start}-${end - 1}`;
      await upload.add(end - start, async ({ client, sdk, place, options }, part) => {
        const given = { ...place, ...part, ...sourceOf(place, copy), CopySourceRange };
        return (await client.send(new sdk.UploadPartCopyCommand(given), options)).CopyPartResult ?? {};
      });
    }
    await upload.complete();
  } catch (error) {
    await upload.abandon();
    throw error;
  }
}

function askedOf({ to }: Copy): Asked {
  return { actions: ['s3:GetObject', 's3:PutObject'], key: to };
}

function sourceOf({ Bucket }: Tools['place'], { from, version }: Copy) {
  return {
    CopySource: `${Bucket}/${from.split('/').map(encodeURIComponent).join('/')}`,
    CopySourceIfMatch: eTagOf(version),
  };
}
