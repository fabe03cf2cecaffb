import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { Storage } from '../storage/storage.ts';

/** Who reads nothing for so long has gone, whatever their connection says. */
const stalledMs = 60_000;

interface ByteRange {
  start: number;
  end: number;
}

/**
 * Sends a stored file, or the range of it that was asked for, without ever holding it. Whatever it is, the browser must
 * neither guess its type nor run it.
 */
export async function sendFile(request: Request, response: Response, storage: Storage, key: string): Promise<void> {
  const size = await storage.size(key);
  response.set({
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-store',
    'Content-Security-Policy': 'sandbox',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  });
  const range = rangeOf(request, size);
  if (range === 'unsatisfiable') {
    response.status(416).set('Content-Range', `bytes */${size}`).end();
    return;
  }
  describe(response, range, size);
  if (request.method === 'HEAD' || size === 0) response.end();
  else await send(response, await storage.read(key, range));
}

/** The one range asked for; undefined for the whole: several at once, or one we cannot read, may be answered so. */
function rangeOf(request: Request, size: number): ByteRange | undefined | 'unsatisfiable' {
  const ranges = request.range(size);
  if (ranges === -1) return 'unsatisfiable';
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined;
  return ranges[0];
}

function describe(response: Response, range: ByteRange | undefined, size: number): void {
  response.setHeader('Content-Length', range ? range.end - range.start + 1 : size);
  if (range) response.status(206).setHeader('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
}

async function send(response: Response, content: AsyncIterable<Uint8Array>): Promise<void> {
  response.setTimeout(stalledMs, () => response.destroy());
  try {
    await pipeline(Readable.from(content, { objectMode: false }), response);
  } catch (error) {
    // A player that seeks drops the answer it no longer needs.
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
