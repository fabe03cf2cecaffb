import type { Interaction } from '../../rows/validate/interaction.ts';

const special = /[\\\t\n]/;
const specials = /[\\\t\n]/g;
const names: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n' };
const escaped = /\\[\\tn]/g;
const characters: Record<string, string> = { '\\\\': '\\', '\\t': '\t', '\\n': '\n' };
export const absent = '\\N';

/**
 * The row's content as LOAD DATA reads it: the columns of `contentColumns`, separated by tabs. The same content is the
 * same text, whatever file and order of columns it came in, so it is also what is hashed.
 */
export function loadText(row: Interaction): string {
  return `${text(row.externalId)}\t${text(row.channelType)}\t${optional(row.source)}\t${optional(row.language)}\t${time(row.startTimeMs)}\t${row.durationSeconds ?? '\\N'}\t${optional(row.audioFormat)}\t${optional(row.callbackUrl)}\t${row.piiRedacted ? 1 : 0}\t${optional(row.audioUrl)}\t${optional(row.transcriptUrl)}\t${optional(row.transcriptText)}\t${text(row.metadata)}`;
}

function text(value: string): string {
  return special.test(value) ? value.replace(specials, (character) => names[character] ?? '') : value;
}

function optional(value: string | null): string {
  return value === null ? absent : text(value);
}

/** What was written as this cell. */
export function textOfCell(cell: string): string | null {
  return cell === absent ? null : cell.replace(escaped, (name) => characters[name] ?? '');
}

function time(ms: number | null): string {
  return ms === null ? '\\N' : sqlTime(ms);
}

const dayMs = 86_400_000;
const maxDaysKept = 20_000;
const days = new Map<number, string>();
const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

/** A DATETIME(3) in UTC. Days are kept as text, because calls of one file share a few of them. */
export function sqlTime(ms: number): string {
  const dayNumber = Math.floor(ms / dayMs);
  const rest = ms - dayNumber * dayMs;
  const seconds = Math.floor(rest / 1000);
  const milliseconds = rest % 1000;
  const fraction = milliseconds === 0 ? '' : `.${String(milliseconds).padStart(3, '0')}`;
  return `${dayText(dayNumber)} ${twoDigits[Math.floor(seconds / 3600)]}:${twoDigits[Math.floor(seconds / 60) % 60]}:${twoDigits[seconds % 60]}${fraction}`;
}

function dayText(dayNumber: number): string {
  let text = days.get(dayNumber);
  if (text !== undefined) return text;
  text = new Date(dayNumber * dayMs).toISOString().slice(0, 10);
  if (days.size >= maxDaysKept) days.clear();
  days.set(dayNumber, text);
  return text;
}

const backslash = 92;

/** Writes binary bytes so that LOAD DATA reads them as they are; returns where the next byte goes. */
export function escapedBytes(value: Uint8Array, into: Buffer, start: number): number {
  let offset = start;
  for (const byte of value) {
    if (byte === 9 || byte === 10 || byte === backslash) {
      into[offset++] = backslash;
      into[offset++] = byte === 9 ? 116 : byte === 10 ? 110 : backslash;
    } else into[offset++] = byte;
  }
  return offset;
}
