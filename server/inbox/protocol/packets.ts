import { longestPacketBytes, request } from './constants.ts';
import { BadPacket } from './fields.ts';

/** One packet of a client: its type, its fields, and of a WRITE its content as it came, uncopied. */
export interface Packet {
  type: number;
  fields: Buffer;
  content: readonly Buffer[];
}

const lengthBytes = 4;
/** Of a WRITE, before its content: type, id, the handle's length. */
const writeHeadBytes = 1 + 4 + 4;
const longestHandleBytes = 256;

/** Cuts what comes through a channel into packets, whatever pieces it comes in. */
export class PacketReader {
  #pieces: Buffer[] = [];
  #held = 0;

  /** Whether the beginning of a packet is here, so that the rest of it is on its way. */
  get isWithinPacket(): boolean {
    return this.#held > 0;
  }

  /** Throws BadPacket for one that is no packet or longer than allowed. */
  *take(piece: Buffer): Generator<Packet> {
    this.#pieces.push(piece);
    this.#held += piece.length;
    while (this.#held >= lengthBytes) {
      const length = this.#peek(lengthBytes).readUInt32BE(0);
      if (length < 1 || length > longestPacketBytes) throw new BadPacket(`a packet of ${length} bytes`);
      if (this.#held < lengthBytes + length) return;
      this.#cut(lengthBytes);
      yield this.#packet(length);
    }
  }

  #packet(length: number): Packet {
    const type = this.#peek(1).readUInt8(0);
    if (type !== request.write) return { type, fields: this.#joined(length).subarray(1), content: [] };
    if (length < writeHeadBytes) throw new BadPacket('a packet is shorter than its fields');
    const handleBytes = this.#peek(writeHeadBytes).readUInt32BE(5);
    // Id, handle, offset and the content's length: everything before the content.
    const headBytes = writeHeadBytes + handleBytes + 8 + 4;
    if (handleBytes > longestHandleBytes || headBytes > length)
      throw new BadPacket('a packet is shorter than its fields');
    const fields = this.#joined(headBytes).subarray(1);
    if (fields.readUInt32BE(fields.length - 4) !== length - headBytes)
      throw new BadPacket('a packet is not as long as its content');
    return { type, fields, content: this.#cut(length - headBytes) };
  }

  /** The next bytes, which stay. */
  #peek(length: number): Buffer {
    const [first] = this.#pieces;
    if (first && first.length >= length) return first;
    this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0] ?? Buffer.alloc(0);
  }

  #joined(length: number): Buffer {
    const pieces = this.#cut(length);
    return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
  }

  /** The next bytes, taken out, in the pieces that they came in. */
  #cut(length: number): Buffer[] {
    const taken: Buffer[] = [];
    let left = length;
    let used = 0;
    for (const piece of this.#pieces) {
      if (left === 0) break;
      const part = piece.subarray(0, left);
      taken.push(part);
      left -= part.length;
      if (part.length === piece.length) used++;
      else this.#pieces[used] = piece.subarray(part.length);
    }
    this.#pieces.splice(0, used);
    this.#held -= length;
    return taken;
  }
}
