import { limits } from '../../../shared/interaction.ts';
import type { Columns } from '../parse/header.ts';
import type { RowProblem } from '../parse/scanner.ts';
import { RowRejected } from './fields.ts';
import type { Interaction } from './interaction.ts';
import { InteractionReader, type ReadingOptions, type RowDefaults, tooManyKeys } from './reader.ts';

/** One key of the metadata: its column, where it has one, and its JSON where the row leaves it empty. */
interface MetadataColumn {
  position: number;
  prefix: string;
  fallback: string | undefined;
}

/** Turns the rows of one file into interactions. Made once for each header. */
export class RowValidator {
  readonly #metadata: MetadataColumn[];
  readonly #reader: InteractionReader;

  /** `timezone` is the account's: times without an offset are in it. */
  constructor({ canonical, metadata }: Columns, timezone: string, options: ReadingOptions = {}) {
    this.#metadata = metadataColumns(metadata, options.defaults?.metadata ?? {});
    this.#reader = new InteractionReader(canonical, timezone, options);
  }

  /** The interaction, or why the row cannot be one. */
  validate(fields: readonly string[]): Interaction | RowProblem {
    try {
      return this.#reader.read(fields, this.#metadataJson(fields));
    } catch (thrown) {
      if (thrown instanceof RowRejected) return thrown.problem;
      throw thrown;
    }
  }

  #metadataJson(fields: readonly string[]): string {
    let json = '';
    let count = 0;
    for (const { position, prefix, fallback } of this.#metadata) {
      const value = fields[position] ?? '';
      const isEmpty = value === '' || value.trim() === '';
      if (isEmpty && fallback === undefined) continue;
      json += (count++ === 0 ? '{' : ',') + prefix + (isEmpty ? fallback : JSON.stringify(value));
    }
    if (count > limits.metadataKeys) throw tooManyKeys(count);
    return count === 0 ? '{}' : `${json}}`;
  }
}

const noColumn = -1;

/** In order of key, so that equal metadata are equal texts. */
function metadataColumns(
  columns: Columns['metadata'],
  defaults: NonNullable<RowDefaults['metadata']>,
): MetadataColumn[] {
  const positions = new Map<string, number>(Object.keys(defaults).map((key) => [key, noColumn]));
  for (const { key, position } of columns) positions.set(key, position);
  return [...positions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, position]) => ({
      position,
      prefix: `${JSON.stringify(key)}:`,
      fallback: Object.hasOwn(defaults, key) ? JSON.stringify(defaults[key]) : undefined,
    }));
}

export function isProblem(outcome: Interaction | RowProblem): outcome is RowProblem {
  return 'code' in outcome;
}
