import {
  attributeFlag,
  longestPacketBytes,
  longestTransferBytes,
  protocolVersion,
  reply,
  type StatusCode,
} from './constants.ts';

/** What is told of a file or folder. */
export interface ToldEntry {
  name: string;
  isFolder: boolean;
  size: number;
  modifiedAt: Date;
}

/** What we can do beyond the protocol itself, by the names that clients look for. */
export const extensions = {
  posixRename: 'posix-rename@openssh.com',
  flush: 'fsync@openssh.com',
  limits: 'limits@openssh.com',
} as const;

/** The answer to INIT. */
export function versionReply(): Buffer {
  const pairs = Object.values(extensions).flatMap((name) => [text(name), text('1')]);
  return packet(reply.version, uint32(protocolVersion), ...pairs);
}

export function statusReply(id: number, code: StatusCode, message: string): Buffer {
  return packet(reply.status, uint32(id), uint32(code), text(message), text('en'));
}

export function handleReply(id: number, handle: number): Buffer {
  return packet(reply.handle, uint32(id), uint32(4), uint32(handle));
}

export function dataReply(id: number, content: Uint8Array): Buffer {
  return packet(reply.data, uint32(id), uint32(content.length), content);
}

export function attributesReply(id: number, entry: ToldEntry): Buffer {
  return packet(reply.attributes, uint32(id), attributes(entry));
}

export function nameReply(id: number, entries: readonly ToldEntry[]): Buffer {
  const told = entries.flatMap((entry) => [text(entry.name), text(lineOf(entry)), attributes(entry)]);
  return packet(reply.name, uint32(id), uint32(entries.length), ...told);
}

export function limitsReply(id: number, mostHandles: number): Buffer {
  const limits = [longestPacketBytes, longestTransferBytes, longestTransferBytes, mostHandles];
  return packet(reply.extended, uint32(id), ...limits.map(uint64));
}

const folderMode = 0o040700;
const fileMode = 0o100600;

function attributes({ isFolder, size, modifiedAt }: ToldEntry): Buffer {
  const seconds = uint32(Math.max(0, Math.floor(modifiedAt.getTime() / 1000)) % 2 ** 32);
  const flags = attributeFlag.size | attributeFlag.owner | attributeFlag.permissions | attributeFlag.times;
  const mode = uint32(isFolder ? folderMode : fileMode);
  return Buffer.concat([uint32(flags), uint64(size), uint32(0), uint32(0), mode, seconds, seconds]);
}

/** A line as `ls -l` prints it: some clients read nothing else. */
function lineOf({ name, isFolder, size, modifiedAt }: ToldEntry): string {
  const [, month, day, year] = /^..., (\d\d) (...) (\d{4})/.exec(modifiedAt.toUTCString())?.map(String) ?? [];
  const mode = isFolder ? 'drwx------' : '-rw-------';
  return `${mode}    1 inbox    inbox    ${String(size).padStart(12)} ${day} ${month}  ${year} ${name}`;
}

function packet(type: number, ...parts: Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 1);
  return Buffer.concat([uint32(length), Buffer.from([type]), ...parts], length + 4);
}

function text(content: string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
