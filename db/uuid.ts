import { createHash, randomFillSync } from 'node:crypto';

const timeBytes = 6;

/**
 * UUIDv7 (RFC 9562): 48 bits of milliseconds, then a counter within the millisecond, then random bits. As BINARY(16) it
 * grows in one direction, so it can be primary key and public id at once and be known before the insert.
 */
const pool = Buffer.alloc(8 * 512);
let poolOffset = pool.length;
let lastMs = 0;
let counter = 0;

export function newId(): Buffer {
  if (poolOffset === pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const id = Buffer.allocUnsafe(16);
  pool.copy(id, 8, poolOffset, poolOffset + 8);
  poolOffset += 8;
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    counter = 0;
  } else if (++counter > 0xfff) {
    // More than 4096 in one millisecond: borrow from the next, the order stays.
    lastMs++;
    counter = 0;
  }
  id.writeUIntBE(lastMs, 0, timeBytes);
  id.writeUInt16BE(0x7000 | counter, 6);
  id.writeUInt8(0x80 | ((id[8] ?? 0) & 0x3f), 8);
  return id;
}

/**
 * A UUIDv7 of that millisecond whose other bits come from SHA-256 of the parts, one after the other: the same time and
 * parts give the same id again. The caller separates the parts.
 */
export function derivedId(timeMs: number, ...parts: (string | Buffer)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const id = hash.digest().subarray(0, 16);
  id.writeUIntBE(timeMs, 0, timeBytes);
  id.writeUInt8(0x70 | (id.readUInt8(6) & 0x0f), 6);
  id.writeUInt8(0x80 | (id.readUInt8(8) & 0x3f), 8);
  return id;
}

/** The milliseconds since 1970 in a UUIDv7. */
export function timeMsOf(id: Buffer): number {
  return id.readUIntBE(0, timeBytes);
}

/** A derived id without its time: ids that were made of the same parts share it. */
export function partsMarkOf(id: Buffer): string {
  return id.toString('hex', timeBytes);
}

/** `0190…-…` as shown to people and in URLs. */
export function uuidText(id: Buffer): string {
  const hex = id.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The 16 bytes of a UUID's text, or undefined when the text is no UUID. */
export function parseUuid(text: string): Buffer | undefined {
  return uuidPattern.test(text) ? Buffer.from(text.replaceAll('-', ''), 'hex') : undefined;
}

/** The smallest UUIDv7 of that millisecond. */
export function smallestIdAt(timeMs: number): Buffer {
  const id = Buffer.alloc(16);
  id.writeUIntBE(timeMs, 0, 6);
  return id;
}
