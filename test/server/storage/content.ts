import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { Storage } from '../../../server/storage/storage.ts';
import { AppError, type ErrorCode } from '../../../shared/error.ts';

export async function* inPieces(content: Buffer, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += pieceBytes) yield content.subarray(at, at + pieceBytes);
}

export async function* inReusedMemory(content: Buffer, pieceBytes: number): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(pieceBytes);
  for (let at = 0; at < content.length; at += pieceBytes) {
    const length = content.copy(memory, 0, at, at + pieceBytes);
    yield memory.subarray(0, length);
    memory.fill(0xee);
  }
}

/** The first `bytes` of something, and then nothing until `released`; `reached` resolves when they were taken. */
export function stalled(bytes: number): {
  content: AsyncGenerator<Uint8Array>;
  reached: Promise<void>;
  release(): void;
} {
  let reach: () => void = () => undefined;
  let release: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* content() {
    yield* inPieces(randomBytes(bytes), 64_000);
    reach();
    await released;
    yield Buffer.from('the end');
  }
  return { content: content(), reached, release };
}

export async function readAll(storage: Storage, key: string, range?: { start: number; end: number }): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const bytes of await storage.read(key, range)) parts.push(Buffer.from(bytes));
  return Buffer.concat(parts);
}

export async function fails(promise: Promise<unknown>, ...codes: ErrorCode[]): Promise<AppError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => AppError.from(error),
  );
  if (!thrown) throw new Error(`did not fail, although ${codes.join(' or ')} was expected`);
  expect(thrown.code, `${thrown.message} ${String(thrown.cause)}`).to.be.oneOf(codes);
  return thrown;
}
