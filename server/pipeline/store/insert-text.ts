import type { Interaction } from '../validate/interaction.ts';
import type { ChunkRow } from './chunk.ts';
import { sqlTime } from './load-text.ts';

const special = /['\\]/;
const specials = /['\\]/g;

/** The rows as `(…),(…)` of a multi-row INSERT; each ends with `common`. */
export function interactionValues(rows: readonly ChunkRow[], common: string): string {
  let values = '';
  for (const { id, interaction, contentHash, line, fate } of rows) {
    const hash = Buffer.from(contentHash, 'latin1').toString('hex');
    const occurred = interaction.startTimeMs === null ? 'NOW(3)' : time(interaction.startTimeMs);
    values += `${values === '' ? '' : ','}(x'${id.toString('hex')}',${content(interaction)},x'${hash}',${line},${fate.status},${fate.unanalysedReason ?? 'NULL'},${common},${occurred})`;
  }
  return values;
}

function content(row: Interaction): string {
  return `${text(row.externalId)},${text(row.channelType)},${optional(row.source)},${optional(row.language)},${row.startTimeMs === null ? 'NULL' : time(row.startTimeMs)},${row.durationSeconds ?? 'NULL'},${optional(row.audioFormat)},${optional(row.callbackUrl)},${row.piiRedacted ? 1 : 0},${optional(row.audioUrl)},${optional(row.transcriptUrl)},${optional(row.transcriptText)},${text(row.metadata)}`;
}

/** The connection is UTF-8, where no byte of a character is a quote or a backslash. */
function text(value: string): string {
  return special.test(value) ? `'${value.replace(specials, '\\$&')}'` : `'${value}'`;
}

function optional(value: string | null): string {
  return value === null ? 'NULL' : text(value);
}

function time(ms: number): string {
  return `'${sqlTime(ms)}'`;
}
