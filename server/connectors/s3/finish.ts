import { factsOf, removeObject, replaced } from '../../s3/object.ts';
import { isOfVersion, versionOf } from '../../s3/version.ts';
import type { AfterSuccess, SourceItem } from '../connector.ts';
import { freeName } from '../files/free-name.ts';
import type { ConnectorBucket } from './config.ts';
import { copyObject } from './copy.ts';

/**
 * Moves or deletes an object that was read, and its done marker with it: a marker that stayed would call the next file of
 * that name complete. One that is gone already is done; one that is another by now is left, with `item_changed`.
 */
export async function finishItem(
  bucket: ConnectorBucket,
  { key, version }: Pick<SourceItem, 'key' | 'version'>,
  action: AfterSuccess,
): Promise<void> {
  const { prefix, done_marker } = bucket.config;
  const from = prefix + key;
  const facts = await factsOf(bucket, from);
  if (facts && !isOfVersion(facts, version)) throw replaced(bucket, from);
  if (facts && action === 'move') await moveObject(bucket, from, version, facts.size ?? 0);
  else if (facts) await removeObject(bucket, from, version);
  if (done_marker === undefined) return;
  const marker = from + done_marker;
  const markerFacts = await factsOf(bucket, marker);
  if (markerFacts && action === 'move') await moveObject(bucket, marker, versionOf(markerFacts), markerFacts.size ?? 0);
  else if (markerFacts) await removeObject(bucket, marker);
}

/**
 * S3 knows no moving: it is copied within the server, then removed. Where that broke off in between, the copy is there
 * already and is not made again.
 */
async function moveObject(bucket: ConnectorBucket, from: string, version: string, size: number): Promise<void> {
  const folder = processedPrefix(bucket);
  const name = from.slice(bucket.config.prefix.length);
  const target = await freeName(name, async (candidate) => {
    const there = await factsOf(bucket, folder + candidate);
    return there !== undefined && !isOfVersion(there, version);
  });
  await copyObject(bucket, { from, to: folder + target, version, size });
  await removeObject(bucket, from, version);
}

/** Where objects go that were read: `exports/processed/`. */
export function processedPrefix({ config: { prefix, processed_directory } }: ConnectorBucket): string {
  const names = processed_directory.split('/').filter((name) => name !== '' && name !== '.');
  return `${prefix}${names.join('/')}/`;
}
