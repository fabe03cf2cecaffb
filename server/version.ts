import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../shared/error.ts';
import { counted } from './words.ts';

/** What a form was opened with; it comes back with what the form saves. */
export const versionSchema = z.string().min(1, 'the version that was read').max(60);

/**
 * Names what somebody may change of a thing: the same for the same content, in whatever order its keys stand. No counter,
 * for a content that was changed and changed back is what was opened, and nobody who writes can forget to count.
 */
export function versionOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content, keysInOrder)).digest('base64url').slice(0, 22);
}

/** A database may give the keys of JSON that it changed in an order of its own. */
function keysInOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A thing as it stands, locked until it is written. */
export interface Standing {
  /** As it stands in a sentence: `"nightly"`, `the mail domains`. */
  name: string;
  /** More than one where some differ in nothing that a save could lose. */
  versions: readonly string[];
  /** When it was last written, where that is kept. */
  changedAt?: Date;
}

/**
 * Throws `conflict` at the field `version` where the thing is not as it was when a form was opened. Undefined: whoever
 * saves has opened none and states the whole.
 */
export function requireVersion(opened: string | undefined, { name, versions, changedAt }: Standing): void {
  if (opened === undefined || versions.includes(opened)) return;
  throw new AppError(
    'conflict',
    `Meanwhile somebody has changed ${name}${changedAt ? ` (${ago(changedAt)})` : ''}, so nothing was saved here. Load what is there now and change that, or save yours in its place.`,
    { field: 'version' },
  );
}

const minuteMs = 60_000;

/** Without a clock of the reader's: `less than a minute ago`, `5 minutes ago`. */
function ago(time: Date): string {
  const minutes = Math.floor((Date.now() - time.getTime()) / minuteMs);
  if (minutes < 1) return 'less than a minute ago';
  if (minutes < 60) return `${counted(minutes, 'minute')} ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${counted(hours, 'hour')} ago` : `${counted(Math.floor(hours / 24), 'day')} ago`;
}
