import type { ByteStream } from '../byte-stream.ts';
import { removeObject } from '../s3/object.ts';
import { ByteBudget } from './byte-budget.ts';
import { closedUnread } from './closed-unread.ts';
import { gathered } from './gather.ts';
import { segmentsOfKey } from './key.ts';
import { PartialFolder } from './partial-folder.ts';
import { openStorageBucket } from './s3/access.ts';
import { BucketAccess } from './s3/bucket-access.ts';
import { openLinks } from './s3/links.ts';
import { s3PlaceOf } from './s3/place.ts';
import { GrowingFileUpload } from './s3/put.ts';
import { openSealedRange, sizeOfSealed } from './s3/sealed-object.ts';
import type { SealedFile } from './sealed-file.ts';
import type { Storage, StoredObject } from './storage.ts';
import { writeFailure } from './write-failure.ts';
import { SealedWriter } from './writer.ts';

/** On their way to the server at the same time, in all files of a thread together. */
const sendingBytes = 32 * 1024 ** 2;

/**
 * Sealed objects in a bucket: the same bytes as the sealed files of the file storage, so that neither whoever runs the
 * bucket nor a key that leaks reads a recording, damage is found out, and one code reads both. The server encrypts them
 * once more with its own keys.
 *
 * What is put goes into a file in `scratch` first, sealed, and from there to the server, while it still grows: a part has
 * 8 MB at least, and dozens of slow sources must not hold one each in memory. An object appears when it is complete.
 */
export function openS3Storage(url: string, storageKey: Buffer, scratch: string): Storage {
  const place = s3PlaceOf(url);
  const memory = new ByteBudget(sendingBytes);
  const partial = new PartialFolder(scratch);
  const writer = new SealedWriter();
  const access = new BucketAccess(() => openStorageBucket(place));
  const find = async (key: string) => {
    const objectKey = place.prefix + segmentsOfKey(key).join('/');
    return { bucket: await access.open(), objectKey, storageKey, name: key };
  };
  return {
    ...(place.links === 'presigned' ? { links: openLinks(access, find) } : {}),
    async put(key, content) {
      const { bucket, objectKey } = await find(key);
      const path = await partial.newPath();
      const file = writer.begin({ temporary: path, path }, storageKey);
      await using upload = new GrowingFileUpload(bucket, objectKey, path, memory);
      try {
        const stored = await sealInto(file, content, (writtenBytes) =>
          access.told(key, bucket, () => upload.follow(writtenBytes)),
        );
        await access.told(key, bucket, () => upload.complete());
        return stored;
      } catch (error) {
        throw writeFailure(error, scratch);
      }
    },
    async read(key, range) {
      const object = await find(key);
      const content = await access.told(key, object.bucket, () => openSealedRange(object, range));
      return closedUnread(access.toldWhileRead(key, object.bucket, content), async () => content.return?.());
    },
    async size(key) {
      const object = await find(key);
      return await access.told(key, object.bucket, () => sizeOfSealed(object));
    },
    async remove(key) {
      const { bucket, objectKey } = await find(key);
      await access.told(key, bucket, () => removeObject(bucket, objectKey));
    },
  };
}

/** Writes the content into the file, and tells after each piece how much of it lies there. Leaves no broken file. */
async function sealInto(
  file: SealedFile,
  content: ByteStream,
  follow: (writtenBytes: number) => Promise<void>,
): Promise<StoredObject> {
  try {
    // In whole chunks, so that a slow source holds no place of the writer's while nothing comes.
    for await (const bytes of gathered(content)) {
      await file.write(bytes);
      await follow(file.writtenBytes);
    }
    return await file.end();
  } catch (error) {
    await file.abandon();
    throw error;
  }
}
