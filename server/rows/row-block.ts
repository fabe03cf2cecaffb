import type { RowProblem } from './parse/scanner.ts';
import type { Interaction } from './validate/interaction.ts';

/** One row as it stood in its file. */
export interface SourceRow {
  line: number;
  /** Its text, or as much of it as is kept. */
  raw: string;
}

/** Some rows of a file, and how they are read. */
export interface RowBlock<Row extends SourceRow = SourceRow> {
  rows: readonly Row[];
  /** The headings of a CSV file. */
  header?: readonly string[] | undefined;
  /** What separates its columns. */
  delimiter?: string | undefined;
  /** The file within the item, where the item is an archive. */
  member?: string | undefined;
  /** The interaction, or why the row cannot be one. */
  read(row: Row): Interaction | RowProblem;
  /** The id that the row gives, good or not. */
  externalIdOf(row: Row): string | undefined;
}
