import { type CanonicalField, canonicalFields, limits } from '../../../shared/interaction.ts';
import type { Scalar } from '../../../shared/quality.ts';
import type { RowProblem } from '../parse/scanner.ts';
import { RowRejected, shown } from './fields.ts';
import type { Interaction } from './interaction.ts';
import { InteractionReader, type ReadingOptions, tooManyKeys } from './reader.ts';

/** Canonical values stand in this order, as the columns of a file would. */
const positions = Object.fromEntries(canonicalFields.map((name, position) => [name, position])) as Record<
  CanonicalField,
  number
>;
const isCanonical = (name: string): name is CanonicalField => Object.hasOwn(positions, name);

/** Turns JSON objects into interactions: canonical names are values of their own, every other key is metadata. */
export class JsonValidator {
  readonly #reader: InteractionReader;
  readonly #defaults: Map<string, string>;

  /** `timezone` is the account's: times without an offset are in it. */
  constructor(timezone: string, options: ReadingOptions = {}) {
    this.#reader = new InteractionReader(positions, timezone, options);
    this.#defaults = new Map(
      Object.entries(options.defaults?.metadata ?? {}).map(([key, value]) => [key, JSON.stringify(value)]),
    );
  }

  /** The interaction that one line of NDJSON holds, or why it holds none. */
  validate(line: string): Interaction | RowProblem {
    try {
      return this.#interaction(parseObject(line));
    } catch (thrown) {
      if (thrown instanceof RowRejected) return thrown.problem;
      throw thrown;
    }
  }

  /** The same of an object that was a line's, or would be. */
  validateObject(row: JsonObject): Interaction | RowProblem {
    try {
      return this.#interaction(row);
    } catch (thrown) {
      if (thrown instanceof RowRejected) return thrown.problem;
      throw thrown;
    }
  }

  #interaction(row: JsonObject): Interaction {
    const sorted = sortedOut(row);
    return this.#reader.read(sorted.fields, metadataText(sorted, this.#defaults));
  }

  /** The external_interaction_id of a line that was not taken, where it says one. */
  externalIdOf(line: string): string | undefined {
    try {
      const value = parseObject(line).external_interaction_id;
      return typeof value === 'string' ? value : undefined;
    } catch (thrown) {
      if (thrown instanceof RowRejected) return undefined;
      throw thrown;
    }
  }
}

type JsonObject = Record<string, unknown>;

function parseObject(line: string): JsonObject {
  const value = parseJson(line);
  if (isObject(value)) return value;
  throw new RowRejected('bad_json', `The line is ${kindOf(value)}; each line must be one JSON object.`);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (thrown) {
    const why = (thrown as Error).message.slice(0, 200);
    throw new RowRejected('bad_json', `The line is not valid JSON (${why}). Each line must be one JSON object.`);
  }
}

const noFields: readonly string[] = canonicalFields.map(() => '');

interface SortedOut {
  fields: string[];
  /** The row's `metadata`, where it has one. */
  inside: JsonObject | undefined;
  /** Values as JSON of its other keys, where it has any. */
  own: Map<string, string> | undefined;
}

/** Keys are trimmed and lower-cased as a CSV header's are; those inside of a `metadata` object stay as they are. */
function sortedOut(row: JsonObject): SortedOut {
  const sorted: SortedOut = { fields: noFields.slice(), inside: undefined, own: undefined };
  let renamed: Set<string> | undefined;
  for (const key of Object.keys(row)) {
    const name = key.trim().toLowerCase();
    if (name !== key) {
      renamed ??= new Set();
      if (renamed.has(name) || Object.hasOwn(row, name))
        throw new RowRejected('bad_value', `The row names ${shown(name)} twice.`, name);
      renamed.add(name);
    }
    const value = row[key];
    if (isCanonical(name)) sorted.fields[positions[name]] = canonicalText(value, name);
    else if (name === 'metadata') sorted.inside = metadataObject(value);
    else {
      sorted.own ??= new Map();
      addMetadata(name, value, sorted.own);
    }
  }
  return sorted;
}

/** A number or a truth may stand as such or as text; everything else is text. */
function canonicalText(value: unknown, name: CanonicalField): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' && name === 'duration_seconds') return String(value);
  if (typeof value === 'boolean' && name === 'pii_redacted') return String(value);
  if (typeof value !== 'string')
    throw new RowRejected('bad_value', `${name} is ${kindOf(value)}; it must be text in quotes.`, name);
  return wellFormed(value, name);
}

/** Half of a UTF-16 pair cannot be stored: two different ones would become the same text. */
function wellFormed(text: string, name: string): string {
  if (!/\p{Surrogate}/u.test(text)) return text;
  throw new RowRejected('bad_value', `${name} holds half of a character (a lone UTF-16 surrogate).`, name);
}

function metadataObject(value: unknown): JsonObject | undefined {
  if (value === null) return undefined;
  if (isObject(value)) return value;
  throw new RowRejected('bad_value', `metadata is ${kindOf(value)}; it must be an object.`, 'metadata');
}

/** Empty values are left out, as empty cells of a CSV file are. */
function addMetadata(key: string, value: unknown, into: Map<string, string>): void {
  if (isBlank(value)) return;
  if (!isScalar(value))
    throw new RowRejected(
      'bad_value',
      `The metadata key ${shown(key)} is ${kindOf(value)}; metadata values must be text, numbers or booleans.`,
      key,
    );
  if (losesDigits(value))
    throw new RowRejected(
      'bad_value',
      `The metadata key ${shown(key)} is a number that loses digits (beyond ${Number.MAX_SAFE_INTEGER.toLocaleString('en')}). Write it in quotes.`,
      key,
    );
  into.set(key, JSON.stringify(value));
}

/** In order of key, so that equal metadata are equal texts. The row's own keys win over those inside of its object. */
function metadataText({ inside, own }: SortedOut, defaults: ReadonlyMap<string, string>): string {
  if (!own && defaults.size === 0 && (!inside || isAsWritten(inside))) return JSON.stringify(inside ?? {});
  const all = new Map(defaults);
  for (const [key, value] of Object.entries(inside ?? {})) addMetadata(key, value, all);
  for (const [key, value] of own ?? []) all.set(key, value);
  if (all.size > limits.metadataKeys) throw tooManyKeys(all.size);
  const keys = [...all.keys()].sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${all.get(key)}`).join(',')}}`;
}

/** Whether nothing is to be put in order, left out or rejected: its JSON is what is kept. */
function isAsWritten(metadata: JsonObject): boolean {
  const keys = Object.keys(metadata);
  let last: string | undefined;
  for (const key of keys) {
    const value = metadata[key];
    if ((last !== undefined && key < last) || !isScalar(value) || isBlank(value) || losesDigits(value)) return false;
    last = key;
  }
  return keys.length <= limits.metadataKeys;
}

function isBlank(value: unknown): boolean {
  return value === null || (typeof value === 'string' && value.trim() === '');
}

function isScalar(value: unknown): value is Scalar {
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  );
}

/** Whole numbers that large may have been others in their text. */
function losesDigits(value: Scalar): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text ${shown(value)}`;
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${shown(String(value))}`;
}
