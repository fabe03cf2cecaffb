import { AppError } from '../../../shared/error.ts';
import { versionOf } from '../../s3/version.ts';
import type { SourceItem } from '../connector.ts';
import { importFormatOf } from '../files/fields.ts';
import { standingOf, stillUploaded, waitsForMarker } from '../files/offered.ts';
import type { ConnectorBucket } from './config.ts';

/** An object as a listing shows it. */
interface Listed {
  key: string;
  size: number;
  eTag: string | undefined;
  modifiedAt: Date | undefined;
}

/** The items right below the prefix, a page of a thousand at a time: however many there are, one page is held. */
export async function* listItems(bucket: ConnectorBucket): AsyncGenerator<SourceItem> {
  const { prefix, done_marker } = bucket.config;
  const items = done_marker === undefined ? plainItems(bucket) : markedItems(bucket, done_marker);
  for await (const item of items) yield { ...item, key: item.key.slice(prefix.length) };
}

async function* plainItems(bucket: ConnectorBucket): AsyncGenerator<SourceItem> {
  for await (const object of listObjects(bucket)) {
    const standing = standingOf(nameOf(bucket, object), importFormatOf(bucket.config));
    if (standing === 'offered') yield itemOf(object, 'ready');
    if (standing === 'unfinished') yield itemOf(object, { waiting: stillUploaded(nameOf(bucket, object)) });
  }
}

/**
 * With a done marker an item is ready once its marker is listed. Keys come in order, so a marker comes after its file and
 * before anything that does not begin with the file's name: only files with such a common beginning are held back.
 */
async function* markedItems(bucket: ConnectorBucket, marker: string): AsyncGenerator<SourceItem> {
  let held: Listed[] = [];
  for await (const object of listObjects(bucket)) {
    for (const file of held)
      if (object.key === file.key + marker) yield itemOf(file, 'ready');
      else if (!object.key.startsWith(file.key))
        yield itemOf(file, { waiting: waitsForMarker(nameOf(bucket, file) + marker) });
    held = held.filter(({ key }) => object.key.startsWith(key) && object.key !== key + marker);
    const standing = standingOf(nameOf(bucket, object), importFormatOf(bucket.config));
    if (standing === 'offered') held.push(object);
    if (standing === 'unfinished') yield itemOf(object, { waiting: stillUploaded(nameOf(bucket, object)) });
  }
  for (const file of held) yield itemOf(file, { waiting: waitsForMarker(nameOf(bucket, file) + marker) });
}

function nameOf({ config }: ConnectorBucket, { key }: Listed): string {
  return key.slice(config.prefix.length);
}

function itemOf(object: Listed, readiness: SourceItem['readiness']): SourceItem {
  const { key, size, modifiedAt } = object;
  return { key, version: versionOf(object), size, modifiedAt, readiness };
}

/** Every object right below the prefix; the server leaves out those in folders. The prefix itself may be an object. */
async function* listObjects(bucket: ConnectorBucket): AsyncGenerator<Listed> {
  let token: string | undefined;
  do {
    const page = await listPage(bucket, token);
    for (const object of page.objects) if (object.key !== bucket.config.prefix) yield object;
    token = page.next;
  } while (token !== undefined);
}

async function listPage(
  bucket: ConnectorBucket,
  token: string | undefined,
): Promise<{ objects: Listed[]; next: string | undefined }> {
  const output = await bucket.call({ actions: ['s3:ListBucket'] }, ({ client, sdk, place, options }) =>
    client.send(
      new sdk.ListObjectsV2Command({
        ...place,
        Prefix: bucket.config.prefix,
        Delimiter: '/',
        ContinuationToken: token,
      }),
      options,
    ),
  );
  // A web page is answered with 200 as well, and names no objects either; taken for an empty bucket it would hide that.
  if (output.Name === undefined && output.KeyCount === undefined && output.IsTruncated === undefined)
    throw new AppError('protocol_error', 'What answers there is no S3 server. Check the endpoint.', {
      field: 'endpoint',
    });
  const objects = (output.Contents ?? []).flatMap(({ Key, Size = 0, ETag, LastModified }) =>
    Key === undefined ? [] : [{ key: Key, size: Size, eTag: ETag, modifiedAt: LastModified }],
  );
  return { objects, next: output.IsTruncated ? output.NextContinuationToken : undefined };
}
