import { randomBytes, randomInt } from 'node:crypto';
import { expect } from 'chai';
import type { SFTPWrapper } from 'ssh2';
import { sftpConfigSchema } from '../../../../server/connectors/sftp/config.ts';
import { connect } from '../../../../server/connectors/sftp/connect.ts';
import { DirectReads } from '../../../../server/connectors/sftp/direct-reads.ts';
import { sftpConfig } from '../../../harness/connectors.ts';
import { startSshd } from '../../../harness/sshd.ts';
import { contextOf } from '../contract.ts';

type Done = (error: Error | null | undefined, count: number) => void;

/** The library's side, as far as it is leant on: numbers its requests and takes what is not ours. */
function library() {
  const passed: Buffer[] = [];
  const statuses = new Map<number, Done>();
  const inner = {
    _writeReqid: -1,
    _requests: {} as Record<number, unknown>,
    push: (data: Buffer) => void passed.push(Buffer.from(data)),
    read(_handle: Buffer, _target: Buffer, _offset: number, _length: number, _position: number, done: Done) {
      inner._requests[++inner._writeReqid] = {};
      statuses.set(inner._writeReqid, done);
    },
  };
  return { inner, passed, statuses };
}

function packet(type: number, id: number, rest: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt32BE(5 + rest.length, 0);
  head[4] = type;
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, rest]);
}

function dataPacket(id: number, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return packet(103, id, Buffer.concat([length, content]));
}

function pushInPieces(inner: { push(data: Buffer): void }, stream: Buffer, most: number): void {
  for (let at = 0; at < stream.length; ) {
    const length = randomInt(1, most + 1);
    inner.push(stream.subarray(at, at + length));
    at += length;
  }
}

describe('reads past the SFTP library', () => {
  it('get their bytes, and the library gets every other packet as it came, wherever the stream is cut', () => {
    for (const most of [1, 2, 5, 13, 100, 5000]) {
      const { inner, passed } = library();
      const direct = DirectReads.on(inner as unknown as SFTPWrapper);
      const contents = Array.from({ length: 30 }, () => randomBytes(randomInt(0, 2000)));
      const targets = contents.map(({ length }) => Buffer.alloc(Math.max(1, length)));
      const counts: number[] = [];
      for (const [i, target] of targets.entries())
        direct?.read(Buffer.alloc(4), target, 0, (_, count) => {
          counts[i] = count;
        });
      const others = contents.map((_, i) => packet(i % 2 ? 101 : 105, 1000 + i, randomBytes(randomInt(0, 300))));
      // One answer of another's read, which is the library's too.
      others.push(dataPacket(5000, randomBytes(50)), Buffer.from([0, 0, 0, 1, 2]));
      const stream = contents.flatMap((content, i) => [others[i] ?? Buffer.alloc(0), dataPacket(i, content)]);
      pushInPieces(inner, Buffer.concat([...stream, ...others.slice(contents.length)]), most);
      expect(counts, `${most}`).to.deep.equal(contents.map(({ length }) => length));
      for (const [i, content] of contents.entries())
        expect(targets[i]?.subarray(0, content.length).equals(content)).to.equal(true);
      expect(Buffer.concat(passed).equals(Buffer.concat(others)), `${most}`).to.equal(true);
      expect(Object.keys(inner._requests)).to.deep.equal([]);
    }
  });

  it('hear a status through the library, and an answer that is too long stays within its place', () => {
    const { inner, passed, statuses } = library();
    const direct = DirectReads.on(inner as unknown as SFTPWrapper);
    const heard: (number | string)[] = [];
    direct?.read(Buffer.alloc(4), Buffer.alloc(8), 0, (error) => heard.push(error?.message ?? ''));
    statuses.get(0)?.(new Error('end of file'), 0);
    direct?.read(Buffer.alloc(4), Buffer.alloc(8), 0, (_, count) => heard.push(count));
    inner.push(dataPacket(1, randomBytes(20)));
    inner.push(packet(101, 7, Buffer.alloc(3)));
    expect(heard).to.deep.equal(['end of file', 8]);
    expect(Buffer.concat(passed).equals(packet(101, 7, Buffer.alloc(3)))).to.equal(true);
  });

  it('are in use with the library’s version that is installed', async () => {
    const sshd = await startSshd();
    try {
      await using connection = await connect(sftpConfigSchema.parse(sftpConfig(sshd)), contextOf());
      expect(connection.readsDirectly).to.equal(true);
    } finally {
      await sshd.stop();
    }
  });

  it('are done by the library where its inner names are others', () => {
    expect(DirectReads.on({ read: () => undefined } as unknown as SFTPWrapper)).to.equal(undefined);
  });
});
