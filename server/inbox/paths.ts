import { posix } from 'node:path';
import { Refusal } from './refusal.ts';

const longestPathBytes = 1000;
const longestNameBytes = 255;
const deepest = 16;

/**
 * The path within an inbox that a client means, without a leading slash; the inbox's own folder is the empty text. Every
 * path is taken as beginning there, so `..` cannot leave it. Names of the same letters are the same name, however a
 * client composes them.
 */
export function jailed(given: Buffer): string {
  const text = given.toString('utf8');
  if (!Buffer.from(text).equals(given))
    throw Refusal.denied('Names of files must be UTF-8. Set your client to UTF-8 and try again.');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\x00-\x1f\x7f]/.test(text)) throw Refusal.denied('Names of files must not have control characters.');
  const path = posix.join('/', text.normalize('NFC')).replace(/\/+$/, '').slice(1);
  requireShort(path);
  return path;
}

/** The folder that a path lies in. */
export function folderOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at < 0 ? '' : path.slice(0, at);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function requireShort(path: string): void {
  const names = path.split('/');
  if (names.some((name) => Buffer.byteLength(name) > longestNameBytes))
    throw Refusal.denied(`The name of a file or folder may have ${longestNameBytes} bytes.`);
  if (names.length > deepest) throw Refusal.denied(`Folders may lie ${deepest} deep.`);
  requirePathBytes(Buffer.byteLength(path));
}

export function requirePathBytes(length: number): void {
  if (length > longestPathBytes) throw Refusal.denied(`A path may have ${longestPathBytes} bytes.`);
}
