import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { ReceiveMemory } from '../../../server/s3/receive-memory.ts';

describe('memory that a connection receives into', () => {
  it('gives every byte once and in order, and leaves what was taken last as it is, however uneven the flow', () => {
    const memory = new ReceiveMemory();
    const sent = randomBytes(8_000_000);
    const taken: Buffer[] = [];
    let at = 0;
    let last: { piece: Buffer; copy: Buffer } | undefined;
    const take = () => {
      if (last) expect(last.piece.equals(last.copy)).to.equal(true);
      const piece = memory.take();
      last = piece && { piece, copy: Buffer.from(piece) };
      if (last) taken.push(last.copy);
      return piece;
    };
    let mayCome = true;
    for (let turn = 0; at < sent.length; turn++) {
      // A piece now and then after it was said to stop, as TLS does.
      if (mayCome || turn % 7 === 0) {
        const room = memory.room();
        const length = Math.min(room.length, 1 + ((turn * 7919) % 16_384), sent.length - at);
        room.set(sent.subarray(at, at + length));
        at += length;
        const bytes = Buffer.from(room.buffer, room.byteOffset, length);
        mayCome = memory.arrived(bytes);
        memory.keep(bytes);
      }
      if (turn % 3 === 0 && !take()) mayCome = true;
    }
    while (take());
    expect(Buffer.concat(taken).equals(sent)).to.equal(true);
  });
});
