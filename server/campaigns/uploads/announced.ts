import { z } from 'zod';
import { derivedId, parseUuid, timeMsOf } from '../../../db/uuid.ts';
import { importLimits } from '../../../shared/campaign.ts';
import { AppError } from '../../../shared/error.ts';
import { uidSchema } from '../../../shared/id.ts';

/** What an upload says of itself in Upload-Metadata. */
export interface Announced {
  importId: Buffer;
  /** With the folders before it; `\` of Windows as `/`. */
  name: string;
  /** The upload's id: the same file of the same import has the same, however often it is announced. */
  id: Buffer;
}

const schema = z.object({
  import: uidSchema,
  name: z.string().trim().min(1).max(importLimits.nameLength, `at most ${importLimits.nameLength} characters`),
  /** Whatever tells the file from others of its drop, such as path, size and time. */
  key: z.string().min(1).max(2000),
});

/** Reads Upload-Metadata. Throws `invalid`. */
export function announcedBy(header: string | undefined): Announced {
  const parsed = schema.safeParse(metadataOf(header ?? ''));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError(
      'invalid',
      `Upload-Metadata must give import (the import's id), name (the file's name) and key (what tells it from other files): ${issue?.path.join('.')}: ${issue?.message}.`,
    );
  }
  const importId = parseUuid(parsed.data.import) ?? Buffer.alloc(16);
  const name = parsed.data.name.replaceAll('\\', '/').replace(/^\/+/, '');
  return { importId, name, id: derivedId(timeMsOf(importId), importId, '\0', parsed.data.key) };
}

/** Pairs of a key and its value in Base64, separated by commas. */
function metadataOf(header: string): Record<string, string> {
  const pairs = header.split(',').map((pair) => pair.trim().split(' '));
  return Object.fromEntries(pairs.map(([key = '', value = '']) => [key, Buffer.from(value, 'base64').toString()]));
}
