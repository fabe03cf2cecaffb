import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * What a build was made from: each source with its time, size and hash. Equal time and size are believed, as they cost
 * nothing to read; where they differ (a fresh clone, a copy into an image) the hash decides.
 */

/** @param {{folders: string[], files: string[], pattern: RegExp}} sources */
export function manifestOf(root, sources) {
  const entries = pathsOf(root, sources).map((path) => [path, { ...looks(root, path), hash: hashOf(root, path) }]);
  return Object.fromEntries(entries);
}

export function isStale(root, stamp, sources) {
  if (!existsSync(join(root, stamp))) return true;
  const built = readManifest(root, stamp);
  const paths = pathsOf(root, sources);
  if (built === undefined || paths.length !== Object.keys(built).length) return true;
  let touched = false;
  for (const path of paths) {
    const before = built[path];
    if (before === undefined) return true;
    const now = looks(root, path);
    if (now.mtimeMs === before.mtimeMs && now.size === before.size) continue;
    if (now.size !== before.size || hashOf(root, path) !== before.hash) return true;
    before.mtimeMs = now.mtimeMs;
    touched = true;
  }
  if (touched) rememberTimes(root, stamp, built);
  return false;
}

export function writeManifest(root, stamp, manifest) {
  mkdirSync(dirname(join(root, stamp)), { recursive: true });
  writeFileSync(join(root, stamp), JSON.stringify(manifest));
}

/** Only saves hashing next time, so an installation that may not be written goes without. */
function rememberTimes(root, stamp, manifest) {
  try {
    writeManifest(root, stamp, manifest);
  } catch (thrown) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(thrown.code)) throw thrown;
  }
}

/** Undefined for a stamp that was cut off while it was written: it tells nothing. */
function readManifest(root, stamp) {
  const text = readFileSync(join(root, stamp), 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pathsOf(root, { folders, files, pattern }) {
  const found = files.filter((file) => existsSync(join(root, file)));
  for (const folder of folders) collect(root, folder, pattern, found);
  return found;
}

function collect(root, folder, pattern, found) {
  if (!existsSync(join(root, folder))) return;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) collect(root, path, pattern, found);
    else if (pattern.test(entry.name)) found.push(path);
  }
}

function looks(root, path) {
  const { mtimeMs, size } = statSync(join(root, path));
  return { mtimeMs, size };
}

function hashOf(root, path) {
  return createHash('sha256')
    .update(readFileSync(join(root, path)))
    .digest('base64');
}
