import { columnNameOf, headerOf, type ReportColumn, reportFields } from '../../shared/report.ts';

/** What is done with the columns of a report: each gives a new list and leaves the given one as it was. */

/** Two names of one column are one: a bare metadata key may be written with its prefix as well. */
export function fullName(name: string): string {
  const isOther = (reportFields as readonly string[]).includes(name) || /^(metadata|category|kpi|metric)\./.test(name);
  return isOther ? name : `metadata.${name}`;
}

export function isChosen(columns: readonly ReportColumn[], name: string): boolean {
  return columns.some((column) => fullName(columnNameOf(column)) === fullName(name));
}

export function withColumns(columns: readonly ReportColumn[], names: readonly string[]): ReportColumn[] {
  const all = [...columns];
  for (const name of names) if (!isChosen(all, name)) all.push(columnNamed(all, name));
  return all;
}

/** A metadata field stands under its key alone, as long as no other column is called so. */
function columnNamed(columns: readonly ReportColumn[], name: string): ReportColumn {
  const header = name.startsWith('metadata.') ? name.slice('metadata.'.length) : name;
  return header === name || header === '' || columns.map(headerOf).includes(header) ? name : { column: name, header };
}

export function withoutColumns(columns: readonly ReportColumn[], names: readonly string[]): ReportColumn[] {
  const gone = new Set(names.map(fullName));
  return columns.filter((column) => !gone.has(fullName(columnNameOf(column))));
}

export function withoutColumnAt(columns: readonly ReportColumn[], index: number): ReportColumn[] {
  return columns.filter((_, other) => other !== index);
}

/** The one at `from` then stands at `to`. */
export function withColumnMoved(columns: readonly ReportColumn[], from: number, to: number): ReportColumn[] {
  const moved = withoutColumnAt(columns, from);
  moved.splice(to, 0, ...columns.slice(from, from + 1));
  return moved;
}

/** As it is typed: an empty heading is none of its own. */
export function withHeading(columns: readonly ReportColumn[], index: number, header: string): ReportColumn[] {
  return columns.map((column, other) => {
    if (other !== index) return column;
    const name = columnNameOf(column);
    return header === '' ? name : { column: name, header };
  });
}

/** The heading that is typed; empty where it is the column's name. */
export function ownHeading(column: ReportColumn): string {
  return typeof column === 'string' ? '' : column.header;
}

/** As the server takes them: no spaces around a heading, none of spaces alone. */
export function cleaned(columns: readonly ReportColumn[]): ReportColumn[] {
  return columns.map((column) => {
    const name = columnNameOf(column);
    const header = headerOf(column).trim();
    return header === '' || header === name ? name : { column: name, header };
  });
}
