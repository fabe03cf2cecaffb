import type { ReplayableRow } from '../../../db/queries/rejected-rows-replay.ts';
import { AppError } from '../../../shared/error.ts';
import { readOneRow } from '../parse/one-row.ts';
import type { RowProblem } from '../parse/scanner.ts';
import type { Interaction } from '../validate/interaction.ts';
import { JsonValidator } from '../validate/json.ts';
import { columnsOf, csvReading, type RowSettings } from '../validate/rows.ts';

/** Of a row whose text is longer, only the beginning is kept; a character is not cut in two. */
const keptBytes = 4093;

/** A problem with the whole file is told as well. */
type Problem = Omit<RowProblem, 'code'> & { code: string };

/** The interaction that a rejected row is by now, or why it still is none. `mended` is its text where somebody changed it. */
export function readReplayed(
  { raw, header }: Pick<ReplayableRow, 'raw' | 'header'>,
  mended: string | undefined,
  settings: RowSettings,
): Interaction | Problem {
  const text = mended ?? raw;
  if (text === raw && Buffer.byteLength(raw) >= keptBytes) return isCut;
  if (header) return readCsvRow(text, header, settings);
  if (text.trimStart().startsWith('{')) return new JsonValidator(settings.timezone, settings).validate(text.trim());
  return noHeader;
}

function readCsvRow(text: string, header: readonly string[], settings: RowSettings): Interaction | Problem {
  const row = readOneRow(text, header);
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

const isCut: Problem = {
  code: 'row_too_large',
  reason:
    'Only the first 4 KB of this row are kept. Mend it in the file itself and import that again, or give the whole row.',
};

const noHeader: Problem = {
  code: 'missing_columns',
  reason:
    'The headings of its file are not kept, so its columns have no names. Mend it in the file itself and import that again.',
};
