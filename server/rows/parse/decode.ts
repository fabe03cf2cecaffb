import { StringDecoder } from 'node:string_decoder';
import iconv from 'iconv-lite';
import type { ByteStream } from '../../byte-stream.ts';
import { type Encoding, EncodingDetector, type TextEncoding } from './encoding.ts';

interface Decoder {
  write(bytes: Buffer): string;
  end(): string | undefined;
}

/** Text block by block; a character that is cut by two blocks comes whole. */
export async function* decode(bytes: ByteStream, { encoding, markLength }: TextEncoding): AsyncGenerator<string> {
  const decoder = decoderOf(encoding);
  let toSkip = markLength;
  for await (const block of bytes) {
    const skipped = Math.min(toSkip, block.byteLength);
    toSkip -= skipped;
    yield decoder.write(Buffer.from(block.buffer, block.byteOffset + skipped, block.byteLength - skipped));
  }
  yield decoder.end() ?? '';
}

/** The text of bytes that are all here, in whatever encoding they turn out to be. */
export function decodeWhole(bytes: Buffer): string {
  const detector = new EncodingDetector();
  detector.add(bytes);
  const { encoding, markLength } = detector.result();
  const decoder = decoderOf(encoding);
  return decoder.write(bytes.subarray(markLength)) + (decoder.end() ?? '');
}

function decoderOf(encoding: Encoding): Decoder {
  if (encoding === 'utf8') return new StringDecoder('utf8');
  return iconv.getDecoder(encoding === 'utf16be' ? 'utf-16be' : encoding, { stripBOM: false });
}
