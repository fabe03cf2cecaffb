import { unzipSync } from 'fflate';

/** The texts of a package's files by their path. */
export async function unzipped(file: Buffer): Promise<Record<string, string>> {
  const files = Object.entries(unzipSync(file));
  return Object.fromEntries(files.map(([path, bytes]) => [path, Buffer.from(bytes).toString()]));
}
