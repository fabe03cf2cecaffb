import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ByteStream } from '../../byte-stream.ts';
import { formLimits, uploadPace } from '../../http/upload/limits.ts';
import { type FormFields, readForm } from './read-form.ts';

const read = new WeakMap<IncomingMessage, Buffer>();

/** What a form says, whatever its boundary and the order of its parts. `sha256` is its file's, hex. */
function digestOf(fields: FormFields, sha256: string): Buffer {
  const sorted = [...fields].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([sorted, sha256]))
    .digest();
}

/** Remembers what the form of a request said, once it was read to its end. */
export function keepDigest(request: IncomingMessage, fields: FormFields, sha256: string): void {
  read.set(request, digestOf(fields, sha256));
}

/** The digest of a form that was read to its end. */
export function digestRead(request: IncomingMessage): Buffer | undefined {
  return read.get(request);
}

/** Reads a form for its digest alone; nothing of it is kept. Throws what readForm() throws. */
export async function readDigest(request: IncomingMessage): Promise<Buffer> {
  const { fields, file } = await readForm(request, { limits: formLimits, pace: uploadPace, takeFile: hashOf });
  return digestOf(fields, file);
}

async function hashOf(content: ByteStream): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of content) hash.update(bytes);
  return hash.digest('hex');
}
