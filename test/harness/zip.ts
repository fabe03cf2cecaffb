import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipMember {
  name: string;
  content: string | Buffer;
  /** Bit 0 of the flags: encrypted. */
  flags?: number;
  /** 8: Deflate. */
  method?: number;
  /** What the archive says of the size, where that is not so. */
  claimedSize?: number;
}

/** A ZIP archive of these files, written by its specification (APPNOTE 4.3): local headers, directory, its end. */
export function zipOf(members: ZipMember[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const name = Buffer.from(member.name);
    const content = Buffer.from(member.content);
    const packed = deflateRawSync(content);
    const facts = factsOf(member, content, packed, name.length);
    const local = Buffer.concat([signature(0x04034b50), facts, name, packed]);
    directory.push(Buffer.concat([signature(0x02014b50), uint16(20), facts, Buffer.alloc(10), uint32(offset), name]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const count = uint16(members.length);
  const end = [signature(0x06054b50), Buffer.alloc(4), count, count, uint32(central.length), uint32(offset), uint16(0)];
  return Buffer.concat([...parts, central, ...end]);
}

/** From the version needed up to the lengths of name and extra field; the same in both headers. */
function factsOf(
  { flags = 0, method = 8, claimedSize }: ZipMember,
  content: Buffer,
  packed: Buffer,
  nameLength: number,
) {
  return Buffer.concat([
    ...[uint16(20), uint16(flags), uint16(method), uint32(0), uint32(crc32(content))],
    ...[uint32(packed.length), uint32(claimedSize ?? content.length), uint16(nameLength), uint16(0)],
  ]);
}

function signature(value: number): Buffer {
  return uint32(value);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
