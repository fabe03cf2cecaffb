import { AppError } from '../../../shared/error.ts';
import { type CanonicalField, type ColumnMapping, canonicalFields } from '../../../shared/interaction.ts';

/** Where each value of a row goes. */
export interface Columns {
  /** By the row's position: the name that the column has for us. */
  names: string[];
  canonical: Partial<Record<CanonicalField, number>>;
  /** Every other column, in order of key whatever their order in the file. */
  metadata: { key: string; position: number }[];
}

const mandatory = ['external_interaction_id', 'channel_type'] as const;

export interface HeaderOptions {
  /** False where rows that name no channel type have a usual one. */
  needsChannelType: boolean;
}

const isCanonical = (name: string): name is CanonicalField => (canonicalFields as readonly string[]).includes(name);
const normal = (name: string) => name.trim().toLowerCase();

/**
 * Reads a header: names are trimmed and lower-cased, then mapped. Columns without a name become `column_<number>`.
 * Throws `missing_columns`, and `invalid` where two columns have one name.
 */
export function readHeader(
  header: readonly string[],
  mapping: ColumnMapping = {},
  options: HeaderOptions = { needsChannelType: true },
): Columns {
  const mapped = new Map(Object.entries(mapping).map(([from, to]) => [normal(from), normal(to)]));
  const own = header.map((name, index) => normal(name) || `column_${index + 1}`);
  const names = own.map((name) => mapped.get(name) ?? name);
  requireDistinct(names, own);
  requireMandatory(names, own, options);
  const columns: Columns = { names, canonical: {}, metadata: [] };
  for (const [position, name] of names.entries()) {
    if (isCanonical(name)) columns.canonical[name] = position;
    else columns.metadata.push({ key: name, position });
  }
  columns.metadata.sort((a, b) => (a.key < b.key ? -1 : 1));
  return columns;
}

function requireDistinct(names: string[], own: string[]): void {
  const second = names.findIndex((name, index) => names.indexOf(name) !== index);
  const name = names[second];
  if (name === undefined) return;
  const first = names.indexOf(name);
  const mapped =
    own[first] === own[second] ? '' : ` (the columns ${own[first]} and ${own[second]}, by the column mapping)`;
  throw new AppError(
    'invalid',
    `The header names ${name} twice${mapped}: columns ${first + 1} and ${second + 1}. Rename one of them.`,
  );
}

function requireMandatory(names: string[], own: string[], { needsChannelType }: HeaderOptions): void {
  const needed = mandatory.filter((name) => needsChannelType || name !== 'channel_type');
  const missing = needed.filter((name) => !names.includes(name));
  if (missing.length === 0) return;
  const list = own.join(', ');
  const there = list.length > 300 ? `${list.slice(0, 300)}…` : list;
  throw new AppError(
    'missing_columns',
    `The file has no column ${missing.join(' and no column ')}. Its header has: ${there}. Rename the column in the file, or map it in the column mapping (for example call_id to ${missing[0]}).`,
  );
}
