/**
 * SFTP version 3, as every client speaks it: draft-ietf-secsh-filexfer-02, and OpenSSH's PROTOCOL for the extensions.
 */
export const protocolVersion = 3;

export const request = {
  init: 1,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  extended: 200,
} as const;

export const reply = {
  version: 2,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attributes: 105,
  extended: 201,
} as const;

export const status = {
  ok: 0,
  endOfFile: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const;

export type StatusCode = (typeof status)[keyof typeof status];

export const openFlag = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;

export const attributeFlag = { size: 1, owner: 2, permissions: 4, times: 8, extended: 0x80000000 } as const;

/** The whole packet; OpenSSH's own limit. */
export const longestPacketBytes = 256 * 1024;
/** Of content in one READ or WRITE: what is left of a packet, with some room. */
export const longestTransferBytes = 255 * 1024;
