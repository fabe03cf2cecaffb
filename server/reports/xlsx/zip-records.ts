/** A file of an archive, once it is written. */
export interface ZipEntry {
  path: string;
  /** Where its header begins in the archive. */
  at: number;
  crc32: number;
  bytes: number;
  compressedBytes: number;
}

/** Numbers from this on stand in 64 bits elsewhere, and this one in their place. */
const beyond32 = 0xffffffff;
const version = 20;
const version64 = 45;
/** Check sum and sizes follow the content; the path is UTF-8. */
const flags = 0x0808;
const deflated = 8;
/** The first day that an archive can name, always: the same rows are the same file. */
const [time, date] = [0, 0x0021];

type Field = readonly [bytes: 2 | 4 | 8, value: number];

/** What stands before a file's content. APPNOTE.TXT of PKWARE, 4.3.7. */
export function fileHeader(path: string): Buffer {
  const name = Buffer.from(path);
  return Buffer.concat([
    fields([4, 0x04034b50], ...common(version), [4, 0], [4, 0], [4, 0], [2, name.length], [2, 0]),
    name,
  ]);
}

/** What stands behind it. 4.3.9. */
export function fileEnd({ crc32, bytes, compressedBytes, at }: ZipEntry): Buffer {
  const size = isLong(bytes, compressedBytes, at) ? 8 : 4;
  return fields([4, 0x08074b50], [4, crc32], [size, compressedBytes], [size, bytes]);
}

/** All files once more, at the archive's end, which begins at `at`. 4.3.12 to 4.3.16. */
export function directory(entries: readonly ZipEntry[], at: number): Buffer {
  const records = Buffer.concat(entries.map(directoryRecord));
  const count = entries.length;
  const isBeyond = isLong(records.length, at);
  const long = isBeyond ? longEnd(count, records.length, at) : Buffer.alloc(0);
  const end = fields(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, isBeyond ? beyond32 : records.length],
    [4, isBeyond ? beyond32 : at],
    [2, 0],
  );
  return Buffer.concat([records, long, end]);
}

function directoryRecord({ path, at, crc32, bytes, compressedBytes }: ZipEntry): Buffer {
  const name = Buffer.from(path);
  const isBeyond = isLong(bytes, compressedBytes, at);
  const extra = isBeyond ? fields([2, 0x0001], [2, 24], [8, bytes], [8, compressedBytes], [8, at]) : Buffer.alloc(0);
  const shown = (value: number) => (isBeyond ? beyond32 : value);
  const head = fields(
    [4, 0x02014b50],
    [2, version64],
    ...common(isBeyond ? version64 : version),
    [4, crc32],
    [4, shown(compressedBytes)],
    [4, shown(bytes)],
    [2, name.length],
    [2, extra.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, shown(at)],
  );
  return Buffer.concat([head, name, extra]);
}

function longEnd(count: number, bytes: number, at: number): Buffer {
  return fields(
    [4, 0x06064b50],
    [8, 44],
    [2, version64],
    [2, version64],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, bytes],
    [8, at],
    [4, 0x07064b50],
    [4, 0],
    [8, at + bytes],
    [4, 1],
  );
}

function common(needed: number): Field[] {
  return [
    [2, needed],
    [2, flags],
    [2, deflated],
    [2, time],
    [2, date],
  ];
}

function isLong(...values: number[]): boolean {
  return values.some((value) => value >= beyond32);
}

/** Little-endian, one after the other. */
function fields(...all: Field[]): Buffer {
  const buffer = Buffer.alloc(all.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of all) {
    if (bytes === 8) buffer.writeBigUInt64LE(BigInt(value), at);
    else buffer.writeUIntLE(value, at, bytes);
    at += bytes;
  }
  return buffer;
}
