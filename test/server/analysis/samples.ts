import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The demo recordings; the tests run from the repository's root, and are compiled elsewhere. */
export const samplesFolder = join(process.cwd(), 'test', 'samples');

export type Role = 'agent' | 'customer';

/** How a demo recording was built; edges in samples. */
export interface Truth {
  sample_rate: number;
  samples: number;
  channels: number;
  codec: string;
  spans: Record<Role, [number, number][]>;
  turns: { role: Role; text: string; start: number; end: number }[];
  transcript_text: string;
  samples_present?: number;
}

export function truthOf(name: string): Truth {
  const all = JSON.parse(readFileSync(join(samplesFolder, 'truth.json'), 'utf8')) as Record<string, Truth>;
  const truth = all[name];
  if (!truth) throw new Error(`truth.json knows no ${name}`);
  return truth;
}

export function sampleBytes(name: string): Uint8Array {
  return readFileSync(join(samplesFolder, name));
}

export function sampleStream(name: string): AsyncIterable<Uint8Array> {
  return createReadStream(join(samplesFolder, name));
}

/** Bytes as they would arrive, in pieces of a length that fits no boundary. */
export async function* inPieces(bytes: Uint8Array, length = 1021): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** The ffmpeg of this machine; the tests need one. */
export function ffmpegPath(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, 'ffmpeg')).find((path) => existsSync(path));
  if (!found) throw new Error('These tests need ffmpeg on the PATH.');
  return found;
}
