import { type CanonicalField, type ColumnMapping, canonicalFields } from '../../../shared/interaction.ts';
import { fillTemplate } from '../../rows/validate/template.ts';
import { WallClock } from '../calls/wall-clock.ts';

export type RawRow = Record<string, unknown>;

export interface RowReading {
  mapping: ColumnMapping;
  /** Of times that name none. */
  timezone: string;
  /** For rows that leave it empty; audio_url as a template. */
  defaults: { channel_type: string; audio_url: string };
}

const isCanonical = (name: string): name is CanonicalField => (canonicalFields as readonly string[]).includes(name);
const contentFields = ['audio_url', 'transcript_url', 'transcript_text', 'file_url'] as const;
const normal = (name: string) => name.trim().toLowerCase();

/** Turns the rows of an API or a database into lines of canonical NDJSON, as a file with these columns would be read. */
export class RowReader {
  readonly #mapping: Map<string, string>;
  readonly #clock: WallClock;
  readonly #defaults: RowReading['defaults'];

  constructor({ mapping, timezone, defaults }: RowReading) {
    this.#mapping = new Map(Object.entries(mapping).map(([from, to]) => [normal(from), normal(to)]));
    this.#clock = new WallClock(timezone);
    this.#defaults = defaults;
  }

  /** The name that a column has for us. */
  nameOf(column: string): string {
    const own = normal(column);
    return this.#mapping.get(own) ?? own;
  }

  /** One line without its end. */
  lineOf(row: RawRow): string {
    const fields: Record<string, unknown> = {};
    const metadata: Record<string, unknown> = {};
    for (const [name, value] of this.#named(row)) {
      if (isCanonical(name)) fields[name] = this.#canonical(name, value);
      else metadata[name] = value;
    }
    const { channel_type } = this.#defaults;
    const content = contentFields.some((name) => fields[name]) ? {} : { audio_url: this.#reference(fields, metadata) };
    return JSON.stringify({ ...fields, ...content, channel_type: fields.channel_type || channel_type, metadata });
  }

  /** Values as texts, by the names that they have for us. */
  *namedValues(row: RawRow): Generator<[string, string]> {
    for (const [name, value] of this.#named(row))
      if (value !== null && value !== undefined)
        yield [name, String(isCanonical(name) ? this.#canonical(name, value) : value)];
  }

  #reference(fields: RawRow, metadata: RawRow): string {
    return fillTemplate(this.#defaults.audio_url, (name) => String(fields[name] ?? metadata[name] ?? ''));
  }

  *#named(row: RawRow): Generator<[string, unknown]> {
    for (const [column, value] of flattened(row)) yield [this.nameOf(column), value];
  }

  #canonical(name: CanonicalField, value: unknown): unknown {
    if (value === null || value === undefined) return null;
    if (name === 'interaction_start_time') return this.#time(value);
    if (name === 'duration_seconds' && typeof value === 'number') return Math.round(value);
    if (name === 'pii_redacted' && typeof value === 'boolean') return value;
    return String(value);
  }

  /** With its offset: the account may be in another zone than ECC. Anything that is no time stays as it is. */
  #time(value: unknown): string {
    const text = String(value).trim();
    const epoch = epochMs(text);
    return epoch === undefined ? (this.#clock.withOffset(text) ?? text) : new Date(epoch).toISOString();
  }
}

/** 13 digits are milliseconds since 1970, 10 digits are seconds. */
function epochMs(text: string): number | undefined {
  if (/^\d{13}$/.test(text)) return Number(text);
  return /^\d{10}$/.test(text) ? Number(text) * 1000 : undefined;
}

/** An object inside of a row becomes columns with dots in their names; a list becomes its JSON. */
export function* flattened(row: RawRow, prefix = ''): Generator<[string, unknown]> {
  for (const [key, value] of Object.entries(row)) {
    if (value instanceof Date) yield [prefix + key, value.toISOString()];
    else if (value instanceof Uint8Array) yield [prefix + key, Buffer.from(value).toString('utf8')];
    else if (Array.isArray(value)) yield [prefix + key, JSON.stringify(value)];
    else if (typeof value === 'bigint') yield [prefix + key, value.toString()];
    else if (typeof value === 'object' && value !== null) yield* flattened(value as RawRow, `${prefix}${key}.`);
    else yield [prefix + key, value];
  }
}
