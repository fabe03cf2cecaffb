import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '../../shared/error.ts';

/**
 * A sealed file is a header and chunks:
 *
 *     header   "CQAS", version 1, a zero byte, the chunk size in KiB (2 bytes), 16 random bytes (the salt)
 *     chunk    up to 192 KiB of content under AES-256-GCM, then its 16-byte tag
 *
 * Each file has a key of its own (HKDF-SHA256 of the storage key and the salt). A chunk's nonce is its number and
 * whether it is the last, and the header is authenticated with each: so a changed bit, a chunk in another place or of
 * another file, and a file cut short or made longer are all found out. Chunks open one by one, so a range is read
 * without the rest. An empty file is one empty last chunk.
 */
const magic = Buffer.from('CQAS');
const version = 1;
/** What one SFTP read brings, so that most chunks are sealed where they lie; a cipher costs more to make than to use. */
const chunkKib = 192;
export const chunkBytes = chunkKib * 1024;
export const tagBytes = 16;
export const sealedChunkBytes = chunkBytes + tagBytes;
const saltBytes = 16;
export const headerBytes = 8 + saltBytes;

/** Where a chunk begins in the file, if those before it are full. */
export function chunkPosition(index: number): number {
  return headerBytes + index * sealedChunkBytes;
}

export interface ChunkCipher {
  header: Buffer;
  fileKey: Buffer;
}

export function newFile(storageKey: Buffer): ChunkCipher {
  const header = Buffer.concat([magic, Buffer.from([version, 0, 0, chunkKib]), randomBytes(saltBytes)]);
  return { header, fileKey: fileKeyOf(storageKey, header) };
}

/** Throws `sealed_data_damaged` when this is not the beginning of a sealed file. */
export function knownFile(storageKey: Buffer, header: Buffer, name: string): ChunkCipher {
  if (header.length < headerBytes || !header.subarray(0, 4).equals(magic))
    throw damaged(name, 'it does not begin like a sealed file');
  if (header[4] !== version || header.readUInt16BE(6) !== chunkKib)
    throw damaged(name, 'it was sealed by another version');
  return { header, fileKey: fileKeyOf(storageKey, header) };
}

function fileKeyOf(storageKey: Buffer, header: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', storageKey, header.subarray(8), 'cqa sealed file', 32));
}

/** The sealed form of one chunk: what to write, in order. */
export function sealChunk(
  { header, fileKey }: ChunkCipher,
  index: number,
  isLast: boolean,
  plain: Uint8Array,
): Buffer[] {
  const cipher = createCipheriv('aes-256-gcm', fileKey, nonceOf(index, isLast)).setAAD(header);
  const sealed = cipher.update(plain);
  cipher.final();
  return [sealed, cipher.getAuthTag()];
}

export function openChunk(
  { header, fileKey }: ChunkCipher,
  index: number,
  isLast: boolean,
  sealed: Buffer,
  name: string,
): Buffer {
  const end = sealed.length - tagBytes;
  if (end < 0) throw damaged(name, 'it is cut short');
  try {
    const decipher = createDecipheriv('aes-256-gcm', fileKey, nonceOf(index, isLast)).setAAD(header);
    decipher.setAuthTag(sealed.subarray(end));
    const plain = decipher.update(sealed.subarray(0, end));
    decipher.final();
    return plain;
  } catch (cause) {
    throw damaged(name, 'its content is not what was stored, or was sealed with another CQA_SECRET_KEY', cause);
  }
}

/** 12 bytes: the chunk's number, and a last byte that marks the last chunk. Never used twice under one file's key. */
function nonceOf(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 0, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

export interface Layout {
  chunks: number;
  contentBytes: number;
}

/** How much content a sealed file of that length holds, if its last chunk proves to be the last. */
export function layoutOf(sealedBytes: number, name: string): Layout {
  const body = sealedBytes - headerBytes;
  const chunks = Math.ceil(body / sealedChunkBytes);
  const contentBytes = body - chunks * tagBytes;
  if (chunks < 1 || contentBytes < 0 || body - (chunks - 1) * sealedChunkBytes < tagBytes)
    throw damaged(name, 'it is cut short');
  return { chunks, contentBytes };
}

export function damaged(name: string, finding: string, cause?: unknown): AppError {
  return new AppError(
    'sealed_data_damaged',
    `The stored file ${name} is damaged: ${finding}. Restore it from a backup or import it again.`,
    { cause },
  );
}
