import type { CellPage } from './cell.ts';

const blockCharacters = 64 * 1024;

export interface JsonLinesOptions {
  keys: string[];
  /** How an instant is written. */
  time: (at: Date) => string;
}

/** Rows as JSON objects, one a line (https://jsonlines.org), in blocks of about 64 KB. Empty cells are null. */
export async function* jsonLines(
  pages: AsyncIterable<CellPage>,
  { keys, time }: JsonLinesOptions,
): AsyncGenerator<Buffer> {
  const names = keys.map((key) => JSON.stringify(key));
  let text = '';
  for await (const page of pages) {
    for (const row of page) {
      const values = row.map(
        (cell, index) => `${names[index]}:${JSON.stringify(cell instanceof Date ? time(cell) : cell)}`,
      );
      text += `{${values.join(',')}}\n`;
      if (text.length < blockCharacters) continue;
      yield Buffer.from(text);
      text = '';
    }
  }
  if (text) yield Buffer.from(text);
}
