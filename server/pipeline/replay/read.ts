import type { ReplayableRow } from '../../../db/queries/rejected-rows-replay.ts';
import { AppError } from '../../../shared/error.ts';
import type { EventStream } from '../../connectors/connector.ts';
import { readOneRow } from '../../rows/parse/one-row.ts';
import type { RowProblem } from '../../rows/parse/scanner.ts';
import { columnsOf, csvReading, type RowSettings } from '../../rows/rows.ts';
import { readEvent } from '../../rows/validate/event.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import { JsonValidator } from '../../rows/validate/json.ts';

/** A problem with the whole file is told as well. */
type Problem = Omit<RowProblem, 'code'> & { code: string };

/** Why a row was not read at all. It says nothing about what is wrong with the row. */
export interface Unread {
  unread: string;
}

/**
 * The interaction that a rejected row is by now, or why it still is none. `mended` is its text where somebody changed it.
 * `fieldsOf`: how an event of the connector's stream is read, where it has one.
 */
export function readReplayed(
  { raw, bytes, isCut, header, delimiter }: Pick<ReplayableRow, 'raw' | 'bytes' | 'isCut' | 'header' | 'delimiter'>,
  mended: string | undefined,
  settings: RowSettings,
  fieldsOf?: EventStream['fieldsOf'],
): Interaction | Problem | Unread {
  const text = mended ?? raw;
  if (isCut && !isWhole(text, raw)) return fieldsOf ? eventCutOff : cutOff;
  if (bytes && text !== raw && text.includes(unreadable)) return stillUnreadable;
  if (fieldsOf) return readWhole(bytes && text === raw ? bytes : Buffer.from(text), settings, fieldsOf);
  if (header && delimiter) return readCsvRow(text, { header, delimiter }, settings);
  if (text.trimStart().startsWith('{')) return new JsonValidator(settings.timezone, settings).validate(text.trim());
  return noHeader;
}

/** Characters by which the end of what is kept is known again. */
const endLength = 64;
/** A mended beginning is hardly ever longer by more than this. */
const mendBytes = 1024;

/** Whether a text can be all of a row of which `kept` is the beginning, and not that beginning with a mended column. */
function isWhole(text: string, kept: string): boolean {
  const more = Buffer.byteLength(text) - Buffer.byteLength(kept);
  return more > mendBytes || (more > 0 && !withoutClosing(text).endsWith(withoutClosing(kept).slice(-endLength)));
}

/** Without what somebody may have added to close a text that was cut off. */
function withoutClosing(text: string): string {
  return text.trimEnd().replace(/["}\]]{1,9}$/, '');
}

function readWhole(
  value: Buffer,
  settings: RowSettings,
  fieldsOf: EventStream['fieldsOf'],
): Interaction | Problem | Unread {
  const outcome = readEvent(value, fieldsOf, new JsonValidator(settings.timezone, settings));
  if (outcome === 'skipped') return leftOut;
  return 'problem' in outcome ? outcome.problem : outcome.interaction;
}

function readCsvRow(
  text: string,
  { header, delimiter }: { header: readonly string[]; delimiter: string },
  settings: RowSettings,
): Interaction | Problem {
  const row = readOneRow(text, header, delimiter);
  if ('problem' in row) return row.problem;
  try {
    const { read } = csvReading(columnsOf(header, settings), settings);
    return read({ line: 0, raw: text, fields: row.fields, problem: undefined });
  } catch (thrown) {
    // The headings do not fit the mapping of today.
    if (thrown instanceof AppError && thrown.kind === 'config') return { code: thrown.code, reason: thrown.message };
    throw thrown;
  }
}

const cutOff: Unread = {
  unread:
    'Only the first 4 KB of this row are kept. Put the whole row here, or mend it in the file itself and import that again.',
};

const eventCutOff: Unread = {
  unread: 'Only the first 1 MB of this event is kept. Put the whole event here, or have it sent again.',
};

/** What stands in a text for a byte that is no UTF-8. */
const unreadable = '\uFFFD';

const stillUnreadable: Unread = {
  unread: `The event has bytes that are no UTF-8, shown as ${unreadable}. Put what was meant in the place of each ${unreadable}.`,
};

const leftOut: Unread = { unread: "The connector's filter leaves this event out, so it is not stored." };

const noHeader: Unread = {
  unread:
    'The headings of its file are not kept, so its columns have no names. Mend it in the file itself and import that again.',
};
