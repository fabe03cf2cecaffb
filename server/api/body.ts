import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../shared/error.ts';
import { letBodyCome } from '../http/continue.ts';
import { HalfCharacter, parseWholeJson } from './json.ts';

export interface JsonBody {
  /** As it came, inflated. */
  raw: Buffer;
  value: unknown;
}

/** Where an endpoint says nothing. */
export const bodyBytesMost = 512 * 1024;
const arriveWithinMs = 30_000;

/**
 * Reads a JSON body whatever its content-type says. Throws `invalid` for one that is too large (at once, the rest is
 * not read), too slow or packed in a way we do not know, `invalid_json` for what is not JSON.
 */
export async function readJson(
  request: IncomingMessage,
  { bytesMost = bodyBytesMost }: { bytesMost?: number } = {},
): Promise<JsonBody> {
  const raw = await readBody(request, bytesMost);
  const value = parseJson(raw);
  if (isDeeper(value, levelsMost))
    throw new AppError('invalid', `The body is nested deeper than ${levelsMost} levels. No call takes such.`, {
      field: 'body',
    });
  return { raw, value };
}

/** Far more than any call takes, and far less than what a recursive walk can bear. */
const levelsMost = 50;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const inner of Array.isArray(value) ? value : Object.values(value)) if (isDeeper(inner, levels - 1)) return true;
  return false;
}

async function readBody(request: IncomingMessage, bytesMost: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMost) throw tooLarge(bytesMost);
  const stream = inflated(request);
  letBodyCome(request);
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(tooSlow()), arriveWithinMs);
      collect(stream, bytesMost).then(resolve, reject);
      request.once('close', () => request.complete || reject(cutOff()));
      request.once('error', () => reject(cutOff()));
    });
  } finally {
    clearTimeout(timer);
    if (stream !== request) {
      request.unpipe();
      stream.destroy();
    }
    request.pause();
  }
}

function inflated(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity') return request;
  if (encoding === 'gzip' || encoding === 'x-gzip') return request.pipe(createGunzip());
  throw new AppError(
    'invalid',
    `The body is packed as "${encoding}". Send it unpacked, or with Content-Encoding: gzip.`,
  );
}

/** By events: reading in a loop costs several turns for each body. */
function collect(stream: NodeJS.ReadableStream, bytesMost: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= bytesMost) return;
      stream.off('data', take);
      stream.pause();
      reject(tooLarge(bytesMost));
    };
    stream.on('data', take);
    stream.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    stream.once('error', (cause) =>
      reject(new AppError('invalid_json', 'The body is not what Content-Encoding: gzip says.', { cause })),
    );
  });
}

function parseJson(raw: Buffer): unknown {
  if (raw.length === 0) throw new AppError('invalid_json', 'The body is empty. Send a JSON object.');
  if (!isUtf8(raw)) throw new AppError('invalid_json', 'The body is not JSON: it is not in UTF-8. Write it as UTF-8.');
  const text = raw.toString('utf8').replace(/^\uFEFF/, '');
  try {
    return parseWholeJson(text);
  } catch (cause) {
    if (cause instanceof HalfCharacter)
      throw new AppError('invalid_json', `The body is not JSON: ${cause.message}`, { cause });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('invalid_json', `The body is not JSON: ${why}. Send a JSON object in UTF-8.`, { cause });
  }
}

function tooLarge(bytesMost: number): AppError {
  const most = bytesMost.toLocaleString('en');
  return new AppError('invalid', `The body is larger than the ${most} bytes that this call takes. Send less at once.`, {
    field: 'body',
  });
}

function tooSlow(): AppError {
  const seconds = arriveWithinMs / 1000;
  return new AppError('invalid', `The body did not arrive within ${seconds} seconds. Send the call again.`);
}

function cutOff(): AppError {
  return new AppError('invalid', 'The connection ended before the whole body was there. Send the call again.');
}
