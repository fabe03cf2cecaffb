/** Prints rows in columns as wide as their widest cell; the first row is the heading, none where it is empty. */
export function printTable(rows: string[][]): void {
  const width = (column: number) => Math.max(...rows.map((row) => (row[column] ?? '').length));
  const line = (row: string[]) =>
    `  ${row
      .map((cell, column) => cell.padEnd(width(column)))
      .join('  ')
      .trimEnd()}`;
  const [heading = [], ...body] = rows;
  if (heading.some(Boolean))
    console.log(`${line(heading)}\n  ${heading.map((_, column) => '─'.repeat(width(column))).join('  ')}`);
  for (const row of body) console.log(line(row));
}
