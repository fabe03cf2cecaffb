import { type BasicType, ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { Cell, CellPage } from './cell.ts';
import type { ColumnKind, HeadedColumn } from './columns.ts';

/** What is encoded together, rounded up to a page: its cells are in memory meanwhile. */
const group = { rows: 10_000, characters: 4_000_000 };

const types: Record<ColumnKind, BasicType> = {
  text: 'STRING',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  time: 'TIMESTAMP',
};

/** Rows as Apache Parquet, compressed with Snappy; times are instants in milliseconds (UTC), empty cells are null. */
export async function* parquet(
  pages: AsyncIterable<CellPage>,
  columns: readonly HeadedColumn[],
): AsyncGenerator<Uint8Array> {
  const bytes = new TakenBytes();
  const schema = schemaFromColumnData({ columnData: columns.map((column) => source(column, [])) });
  const writer = new ParquetWriter({ writer: bytes, schema, createdBy: 'CQA Data Integrations' });
  let rows: CellPage[number][] = [];
  let characters = 0;
  for await (const page of pages) {
    rows.push(...page);
    characters += charactersOf(page);
    if (rows.length < group.rows && characters < group.characters) continue;
    await writer.write({ columnData: columnDataOf(columns, rows), rowGroupSize: rows.length });
    rows = [];
    characters = 0;
    yield bytes.take();
  }
  if (rows.length > 0) await writer.write({ columnData: columnDataOf(columns, rows), rowGroupSize: rows.length });
  await writer.finish();
  yield bytes.take();
}

function charactersOf(page: CellPage): number {
  return page.reduce(
    (sum, row) => sum + row.reduce<number>((length, cell) => length + (typeof cell === 'string' ? cell.length : 0), 0),
    0,
  );
}

function columnDataOf(columns: readonly HeadedColumn[], rows: CellPage) {
  return columns.map((column, index) =>
    source(
      column,
      rows.map((row) => typedCell(column.kind, row[index] ?? null)),
    ),
  );
}

function source({ header, kind }: HeadedColumn, data: Cell[]) {
  return { name: header, data, type: types[kind], nullable: true };
}

/** A column of metadata may hold anything, and is text. */
function typedCell(kind: ColumnKind, cell: Cell): Cell {
  if (cell === null || kind !== 'text' || typeof cell === 'string') return cell;
  return cell instanceof Date ? cell.toISOString() : String(cell);
}

/** What was written since it was taken last; places in the file are counted from its beginning. */
class TakenBytes extends ByteWriter {
  take(): Uint8Array {
    const bytes = this.getBytes().slice();
    this.index = 0;
    return bytes;
  }
}
