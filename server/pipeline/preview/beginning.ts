import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { EncodingDetector } from '../../rows/parse/encoding.ts';
import type { FileContent, FileFormat } from '../../rows/rows.ts';
import { firstMember } from '../fetch/archive.ts';
import { itemBounds, packingOf, unpacked } from '../fetch/unpack.ts';

/** Enough for some rows with the longest transcripts. */
const beginningBytes = 256 * 1024;
/** An archive is read from its end, so the whole of it is needed. */
const archiveBytes = 16 * 1024 * 1024;

/** The beginning of an item's content, unpacked. */
export interface Beginning extends FileContent {
  /** Whether there is more. */
  isCut: boolean;
  /** The file within the item, where the item is an archive. */
  member: string | undefined;
}

/** Reads as little of an item as shows what it is. Throws `invalid` for an archive that is too large to be looked into. */
export async function readBeginning(content: ByteStream, format: FileFormat, signal: AbortSignal): Promise<Beginning> {
  const pieces = unpacked(content, itemBounds);
  const { bytes, isWhole } = await firstBytes(pieces, beginningBytes, signal, (head) => packingOf(head) === 'zip');
  if (packingOf(bytes) !== 'zip') return beginningOf(bytes, !isWhole, undefined);
  const member = await firstMember(bytes, format);
  const part = await firstBytes(member.content, beginningBytes, signal);
  return beginningOf(part.bytes, !part.isWhole, member.name);
}

async function firstBytes(
  content: ByteStream,
  most: number,
  signal: AbortSignal,
  isArchive: (head: Buffer) => boolean = () => false,
): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const pieces: Buffer[] = [];
  let length = 0;
  let limit = most;
  for await (const piece of content) {
    signal.throwIfAborted();
    pieces.push(Buffer.from(piece));
    length += piece.byteLength;
    if (pieces.length === 1 && isArchive(Buffer.from(piece))) limit = archiveBytes;
    if (length > limit && limit === archiveBytes) throw tooLarge();
    if (length > limit) return { bytes: Buffer.concat(pieces).subarray(0, limit), isWhole: false };
  }
  return { bytes: Buffer.concat(pieces), isWhole: true };
}

function tooLarge(): AppError {
  const megabytes = archiveBytes / 1024 ** 2;
  return new AppError(
    'invalid',
    `The file to be shown is an archive of more than ${megabytes} MB, too large for a preview. An import reads it; to see its rows before, put a smaller file there.`,
  );
}

/** Of what is cut, the last line is left out: it may end within a character. */
function beginningOf(bytes: Buffer, isCut: boolean, member: string | undefined): Beginning {
  const text = isCut ? bytes.subarray(0, endOfLastLine(bytes)) : bytes;
  const detector = new EncodingDetector();
  detector.add(text);
  return {
    isCut,
    member,
    encoding: detector.result(),
    async *bytes() {
      yield text;
    },
  };
}

const lineFeed = 10;

function endOfLastLine(bytes: Buffer): number {
  const end = bytes.lastIndexOf(lineFeed) + 1;
  if (end === 0) return bytes.length;
  // In UTF-16 with the low byte first, the line feed's other half follows.
  return bytes[end] === 0 ? end + 1 : end;
}
