import { isAscii, isUtf8 } from 'node:buffer';

export type Encoding = 'utf8' | 'utf16le' | 'utf16be' | 'win1252';

export interface TextEncoding {
  encoding: Encoding;
  /** Bytes of the byte order mark, to be left out. */
  markLength: number;
  /** UTF-8 with some broken bytes: only the rows that hold them are rejected. */
  isDamaged: boolean;
}

const lookedAt = 4096;

/**
 * Finds out how a file's text is encoded while its bytes pass by: by its byte order mark, by the zero bytes of UTF-16,
 * else UTF-8 where the bytes are valid, else Windows-1252, which every byte is valid in.
 */
export class EncodingDetector {
  #head: Buffer = Buffer.alloc(0);
  /** The start of a character that the next block completes. */
  #rest: Buffer = Buffer.alloc(0);
  #multibyte = 0;
  #broken = 0;

  add(block: Uint8Array): void {
    const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
    if (this.#head.length < lookedAt)
      this.#head = Buffer.concat([this.#head, bytes.subarray(0, lookedAt - this.#head.length)]);
    if (this.#rest.length === 0 && isAscii(bytes)) return;
    const joined = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const end = joined.length - unfinishedLength(joined);
    this.#count(joined.subarray(0, end));
    this.#rest = Buffer.from(joined.subarray(end));
  }

  #count(bytes: Buffer): void {
    const isValid = isUtf8(bytes);
    for (let index = 0; index < bytes.length; ) {
      const length = isValid ? sequenceLength(bytes[index] ?? 0) : validLength(bytes, index);
      if (length === 0) this.#broken++;
      else if (length > 1) this.#multibyte++;
      index += Math.max(length, 1);
    }
  }

  result(): TextEncoding {
    const broken = this.#broken + this.#rest.length;
    const marked = byMark(this.#head) ?? byZeros(this.#head);
    if (marked && marked.encoding !== 'utf8') return marked;
    const markLength = marked?.markLength ?? 0;
    // Windows-1252 text hardly ever looks like UTF-8 by chance, so a file with more good characters than bad is UTF-8.
    if (markLength > 0 || broken === 0 || this.#multibyte > broken)
      return { encoding: 'utf8', markLength, isDamaged: broken > 0 };
    return { encoding: 'win1252', markLength: 0, isDamaged: false };
  }
}

function byMark(head: Buffer): TextEncoding | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return found('utf8', 3);
  if (head[0] === 0xff && head[1] === 0xfe) return found('utf16le', 2);
  if (head[0] === 0xfe && head[1] === 0xff) return found('utf16be', 2);
  return undefined;
}

/** A header is mostly ASCII, so in UTF-16 about every second byte of it is zero. */
function byZeros(head: Buffer): TextEncoding | undefined {
  const zeros = [0, 0];
  const length = Math.min(head.length, 256) & ~1;
  for (let index = 0; index < length; index++) if (head[index] === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (length < 4 || Math.max(even, odd) < length * 0.35 || Math.min(even, odd) > length * 0.05) return undefined;
  return found(odd > even ? 'utf16le' : 'utf16be', 0);
}

function found(encoding: Encoding, markLength: number): TextEncoding {
  return { encoding, markLength, isDamaged: false };
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

/** Bytes of the character at `index`, 0 where it is broken. */
function validLength(bytes: Buffer, index: number): number {
  const lead = bytes[index] ?? 0;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = sequenceLength(lead);
  return isUtf8(bytes.subarray(index, index + length)) ? length : 0;
}

/** Bytes at the end that begin a character without ending it. */
function unfinishedLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
  }
  return 0;
}
