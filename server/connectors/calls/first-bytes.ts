import { sniffLength } from '../../analysis/media/sniff.ts';
import type { ByteStream } from '../../byte-stream.ts';

/** As much of a recording as tells what it is; the rest is not fetched. */
export async function firstBytes(recording: ByteStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const bytes of recording) {
    parts.push(Buffer.from(bytes));
    size += bytes.length;
    if (size >= sniffLength) break;
  }
  return Buffer.concat(parts);
}
