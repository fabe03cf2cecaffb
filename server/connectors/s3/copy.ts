import type { Bucket, Tools } from './bucket.ts';
import type { Asked } from './failure.ts';
import { eTagOf } from './version.ts';

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
  const asked = askedOf(copy);
  const { UploadId } = await bucket.call(asked, ({ client, sdk, place, options }) =>
    client.send(new sdk.CreateMultipartUploadCommand({ ...place, Key: copy.to }), options),
  );
  const upload = { Key: copy.to, UploadId };
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (let start = 0; start < copy.size; start += partBytes) {
      const PartNumber = Parts.length + 1;
      const end = Math.min(start + partBytes, copy.size);
      const CopySourceRange = `bytes=${start}-${end - 1}`;
      const { CopyPartResult } = await bucket.call(
        asked,
        ({ client, sdk, place, options }) =>
          client.send(
            new sdk.UploadPartCopyCommand({
              ...place,
              ...upload,
              ...sourceOf(place, copy),
              PartNumber,
              CopySourceRange,
            }),
            options,
          ),
        end - start,
      );
      Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
    }
    await bucket.call(asked, ({ client, sdk, place, options }) =>
      client.send(new sdk.CompleteMultipartUploadCommand({ ...place, ...upload, MultipartUpload: { Parts } }), options),
    );
  } catch (error) {
    await abandonUpload(bucket, upload);
    throw error;
  }
}

/** Parts that nobody completes stay, unseen, and cost the bucket's owner money. What failed before is what is told. */
export async function abandonUpload(bucket: Bucket, upload: { Key: string; UploadId: string | undefined }) {
  if (bucket.signal.aborted) return;
  const asked = { actions: ['s3:AbortMultipartUpload'], key: upload.Key };
  await bucket
    .call(asked, ({ client, sdk, place, options }) =>
      client.send(new sdk.AbortMultipartUploadCommand({ ...place, ...upload }), options),
    )
    .catch(() => undefined);
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
