import type { SheetProblem, SheetReport } from '../../../db/queries/campaign-imports.ts';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { readCsv } from '../../rows/parse/csv.ts';
import { EncodingDetector } from '../../rows/parse/encoding.ts';
import type { RowProblem } from '../../rows/parse/scanner.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import { isProblem } from '../../rows/validate/validate.ts';
import { ConversationReader, type Surroundings } from './conversation.ts';
import type { RecordingNames } from './names.ts';

/** A CSV that was dropped along. */
export interface Sheet {
  name: string;
  /** Its content, from the beginning each time. */
  bytes(): ByteStream;
}

/** What a row says of the recording that it names. */
export interface RowOfFile<T> {
  file: T;
  sheet: string;
  line: number;
  read: Interaction | RowProblem;
}

const problemsKept = 200;

/** Finds for each row its recording. A recording gets the first row that names it; every other row is told. */
export class SheetMatching<T extends { name: string }> {
  readonly report: SheetReport = { rows: 0, matched: 0, problems: [], problemCount: 0 };
  readonly #names: RecordingNames<T>;
  readonly #surroundings: Surroundings;
  readonly #taken = new Map<T, { sheet: string; line: number }>();

  constructor(names: RecordingNames<T>, surroundings: Surroundings) {
    this.#names = names;
    this.#surroundings = surroundings;
  }

  /** Recordings that some row speaks of. */
  get matchedFiles(): number {
    return this.#taken.size;
  }

  /** The rows that found their recording, a block at a time. Throws where the CSV as a whole cannot be read. */
  async *read(sheet: Sheet): AsyncGenerator<RowOfFile<T>[]> {
    const detector = new EncodingDetector();
    for await (const bytes of sheet.bytes()) detector.add(bytes);
    let reader: ConversationReader | undefined;
    for await (const { header, rows } of readCsv(sheet.bytes(), detector.result())) {
      reader ??= new ConversationReader(this.#surroundings, header);
      const found: RowOfFile<T>[] = [];
      for (const { line, fields, problem } of rows) {
        this.report.rows += 1;
        if (problem) this.#tell({ sheet: sheet.name, line, file: '', reason: problem.reason });
        else found.push(...this.#match(sheet.name, line, fields, reader));
      }
      yield found;
    }
    if (!reader) throw new AppError('missing_columns', 'The CSV is empty: it has no header.');
  }

  #match(sheet: string, line: number, fields: readonly string[], reader: ConversationReader): RowOfFile<T>[] {
    const reference = reader.fileOf(fields);
    const files = reference === '' ? 'The row names no recording.' : this.#names.find(reference);
    if (typeof files === 'string') {
      this.#tell({ sheet, line, file: reference, reason: files });
      return [];
    }
    const before = files.map((file) => this.#taken.get(file)).find((place) => place !== undefined);
    if (before) {
      const where = before.sheet === sheet ? `Line ${before.line}` : `Line ${before.line} of ${before.sheet}`;
      this.#tell({ sheet, line, file: reference, reason: `${where} names this recording already.` });
      return [];
    }
    return this.#take(files, { sheet, line, reference }, (name) => reader.read(fields, name));
  }

  #take(
    files: T[],
    { sheet, line, reference }: { sheet: string; line: number; reference: string },
    read: (name: string) => Interaction | RowProblem,
  ): RowOfFile<T>[] {
    this.report.matched += 1;
    return files.map((file) => {
      this.#taken.set(file, { sheet, line });
      const row = { file, sheet, line, read: read(file.name) };
      if (isProblem(row.read)) this.#tell({ sheet, line, file: reference, reason: row.read.reason });
      return row;
    });
  }

  #tell(problem: SheetProblem): void {
    this.report.problemCount += 1;
    if (this.report.problems.length < problemsKept) this.report.problems.push(problem);
  }
}
