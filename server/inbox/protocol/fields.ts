import { attributeFlag } from './constants.ts';

/** The packet does not hold what it should. The connection ends. */
export class BadPacket extends Error {
  override readonly name = 'BadPacket';
}

/** What a client says of a file; what it does not say is undefined. */
export interface GivenAttributes {
  size?: number;
  modifiedAt?: Date;
}

/** Reads the fields of one packet in their order. Throws BadPacket where it ends too early. */
export class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  /** Offsets and sizes; more than any file has is cut to the largest whole number. */
  uint64(): number {
    return Math.min(Number(this.#bytes.readBigUInt64BE(this.#take(8))), Number.MAX_SAFE_INTEGER);
  }

  bytes(): Buffer {
    const length = this.uint32();
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  text(): string {
    return this.bytes().toString('utf8');
  }

  attributes(): GivenAttributes {
    const flags = this.uint32();
    const given: GivenAttributes = {};
    if (flags & attributeFlag.size) given.size = this.uint64();
    if (flags & attributeFlag.owner) this.#take(8);
    if (flags & attributeFlag.permissions) this.#take(4);
    if (flags & attributeFlag.times) {
      this.uint32();
      given.modifiedAt = new Date(this.uint32() * 1000);
    }
    if ((flags & attributeFlag.extended) >>> 0) this.#skipPairs();
    return given;
  }

  #skipPairs(): void {
    for (let left = this.uint32(); left > 0; left--) {
      this.bytes();
      this.bytes();
    }
  }

  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) throw new BadPacket('a packet is shorter than its fields');
    this.#at += length;
    return start;
  }
}
