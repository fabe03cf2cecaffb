import { transaction } from '../../../db/database.ts';
import {
  forgetRows,
  type NamedFile,
  type StoredImportFile,
  selectFiles,
  selectNames,
  updateFile,
} from '../../../db/queries/campaign-import-files.ts';
import { type StoredImport, writeReport } from '../../../db/queries/campaign-imports.ts';
import { importLimits } from '../../../shared/campaign.ts';
import { AppError } from '../../../shared/error.ts';
import type { RowProblem } from '../../rows/parse/scanner.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import type { Services } from '../../services.ts';
import { readSegments } from '../../storage/segments.ts';
import type { Surroundings } from './conversation.ts';
import { RecordingNames } from './names.ts';
import { type RowOfFile, SheetMatching } from './sheet.ts';

/** What is kept at a recording of the row that names it. */
export interface RowKept {
  sheet: string;
  line: number;
  read: Interaction | RowProblem;
}

/**
 * Reads the CSVs of an import and notes at each recording what its row says, before any recording is imported. May be
 * done again. A CSV that cannot be read stops the import: its recordings would go in without what it says of them.
 * Throws what is wrong with it, as `config`.
 */
export async function readSheets(
  { database: { pool }, storage }: Services,
  found: StoredImport,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const { accountId, id } = found;
  const sheets = await selectFiles(pool, accountId, id, {
    kind: 'sheet',
    states: ['uploaded', 'read'],
    limit: importLimits.files,
  });
  await forgetRows(pool, accountId, id);
  if (sheets.length === 0) return writeReport(pool, found, undefined);
  const matching = new SheetMatching<NamedFile>(
    new RecordingNames(await selectNames(pool, accountId, id)),
    surroundings,
  );
  for (const sheet of sheets) {
    const bytes = () => readSegments(storage, sheet.segments);
    try {
      for await (const rows of matching.read({ name: sheet.name, bytes })) {
        signal.throwIfAborted();
        await keepRows(pool, accountId, rows);
      }
    } catch (error) {
      throw await refuseSheet(pool, sheet, error);
    }
    await updateFile(pool, sheet, { state: 'read', failure: null });
  }
  await writeReport(pool, found, matching.report);
}

type Pool = Services['database']['pool'];

async function keepRows(pool: Pool, accountId: number, rows: RowOfFile<NamedFile>[]): Promise<void> {
  const waiting = rows.filter(({ file }) => file.state === 'uploaded');
  if (waiting.length === 0) return;
  await transaction(pool, async (connection) => {
    for (const { file, sheet, line, read } of waiting) {
      const row: RowKept = { sheet, line, read };
      await updateFile(connection, { accountId, id: file.id }, { metadata: row });
    }
  });
}

async function refuseSheet(pool: Pool, sheet: StoredImportFile, thrown: unknown): Promise<unknown> {
  if (!(thrown instanceof AppError) || thrown.kind !== 'config') return thrown;
  const failure = { code: thrown.code, message: thrown.message };
  await updateFile(pool, sheet, { state: 'failed', failure });
  return new AppError(
    thrown.code,
    `Nothing was imported, because ${sheet.name} cannot be read: ${thrown.message} Add a mended one and import again, or import again without it.`,
    { cause: thrown },
  );
}
