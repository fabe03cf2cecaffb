import { randomBytes } from 'node:crypto';
import { closeSync, linkSync, mkdirSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** So many files of noise, which no compression can help. */
export function writeFiles(directory: string, count: number, byteSize: number): void {
  mkdirSync(directory);
  const pieceBytes = Math.min(byteSize, 4_000_000);
  for (let i = 0; i < count; i++) {
    const file = openSync(join(directory, `calls-${i}.csv`), 'w');
    for (let left = byteSize; left > 0; left -= pieceBytes) writeSync(file, randomBytes(Math.min(left, pieceBytes)));
    closeSync(file);
  }
}

export function writeSmallFiles(directory: string, count: number): void {
  mkdirSync(directory);
  for (let i = 0; i < count; i++) writeFileSync(join(directory, `calls-${i}.csv`), 'a\n1\n');
}

/** As many names as wanted for the files of another folder: they take room only once. */
export function linkFiles(directory: string, from: string, fromCount: number, count: number): void {
  mkdirSync(directory);
  for (let i = 0; i < count; i++) linkSync(join(from, `calls-${i % fromCount}.csv`), join(directory, `calls-${i}.csv`));
}

/** A file that is as long as it says and takes no room. */
export function writeHollowFile(directory: string, byteSize: number): void {
  mkdirSync(directory);
  writeFileSync(join(directory, 'calls-0.csv'), '');
  truncateSync(join(directory, 'calls-0.csv'), byteSize);
}
