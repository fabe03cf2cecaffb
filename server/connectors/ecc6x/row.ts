import { type CanonicalField, canonicalFields } from '../../../shared/interaction.ts';
import { RowRejected } from '../../rows/validate/fields.ts';
import { WallClock } from '../calls/wall-clock.ts';
import type { Ecc6xConfig } from './config.ts';
import { durationText } from './duration.ts';
import { type EventObject, eventIn, kindOf } from './event.ts';
import { isCanonical, metadataObject } from './field-map.ts';
import { type Path, parsePath, valueAt } from './path.ts';
import { contentReference } from './reference.ts';
import { timeText } from './time.ts';

type Scalar = string | number | boolean;
type Fields = Record<string, unknown>;

/** A field or a metadata key, and where its value comes from, in this order. */
interface Source<Name extends string = string> {
  name: Name;
  mapped: Path | undefined;
  /** What an event may say by our own name. */
  own: Path | undefined;
  fallback: string | undefined;
}

/** Turns events into rows as a line of NDJSON would have them. */
export class EventMapper {
  readonly #config: Ecc6xConfig;
  readonly #clock: WallClock;
  readonly #canonical: readonly Source<CanonicalField>[];
  readonly #metadata: readonly Source[];
  readonly #metadataObject: Path | undefined;
  readonly #filter: { path: Path; values: ReadonlySet<string> } | undefined;

  constructor(config: Ecc6xConfig) {
    this.#config = config;
    this.#clock = new WallClock(config.timezone);
    this.#canonical = canonicalFields.map((name) => sourceOf(name, config));
    const keys = new Set([...Object.keys(config.field_map), ...Object.keys(config.defaults)]);
    this.#metadata = [...keys]
      .filter((name) => !isCanonical(name) && name !== metadataObject)
      // Their JSON is then in order, too.
      .sort()
      .map((name) => sourceOf(name, config));
    const whole = config.field_map[metadataObject];
    if (whole !== undefined) this.#metadataObject = pathOf(whole);
    const { path, values } = config.filter;
    if (path) this.#filter = { path: pathOf(path), values: new Set(values.map((value) => value.toLowerCase())) };
  }

  /** Undefined for an event that the filter leaves out. Throws RowRejected with the path at fault. */
  read(value: Buffer): Fields | undefined {
    const event = eventIn(value);
    if (!this.#isWanted(event)) return undefined;
    const fields: Fields = {};
    let startTime: string | undefined;
    for (const source of this.#canonical) {
      const found = scalarOf(event, source);
      if (found === undefined) continue;
      const text = this.#textOf(source.name, found, startTime);
      if (source.name === 'interaction_start_time') startTime = text;
      if (text !== undefined) fields[source.name] = text;
    }
    fields[metadataObject] = this.#metadataOf(event);
    return fields;
  }

  #isWanted(event: EventObject): boolean {
    if (!this.#filter) return true;
    const value = valueAt(event, this.#filter.path);
    return isScalar(value) && this.#filter.values.has(String(value).trim().toLowerCase());
  }

  /**
   * As the rows of a file have it; what cannot be read stays as it is, so that the row is rejected with a reason. Among
   * canonical fields the start time comes before the recording.
   */
  #textOf(name: CanonicalField, value: Scalar, startTime: string | undefined): string | undefined {
    const text = String(value);
    switch (name) {
      case 'channel_type':
        return text.trim().toUpperCase();
      case 'interaction_start_time':
        return typeof value === 'boolean' ? text : timeText(value, this.#clock);
      case 'duration_seconds':
        return durationText(text, this.#config.duration_unit);
      case 'audio_url':
      case 'transcript_url':
        return contentReference(text, { baseUrl: this.#config.recording_base_url, startTime });
      default:
        return text;
    }
  }

  /** A key of its own in the map comes before one of the whole object. */
  #metadataOf(event: EventObject): Fields {
    const metadata = wholeMetadata(event, this.#metadataObject);
    for (const source of this.#metadata) {
      const value = scalarOf(event, source);
      if (value !== undefined) metadata[source.name] = value;
    }
    return metadata;
  }
}

function sourceOf<Name extends string>(name: Name, { field_map, defaults }: Ecc6xConfig): Source<Name> {
  const path = field_map[name];
  const mapped = path === undefined ? undefined : pathOf(path);
  return { name, mapped, own: isCanonical(name) ? pathOf(name) : undefined, fallback: defaults[name] };
}

/** The schema has looked at it. */
function pathOf(text: string): Path {
  const path = parsePath(text);
  if (!path) throw new Error(`"${text}" is no path`);
  return path;
}

function scalarOf(event: EventObject, { name, mapped, own, fallback }: Source): Scalar | undefined {
  const value = mapped && valueAt(event, mapped);
  if (isPresent(value)) {
    if (isScalar(value)) return value;
    throw new RowRejected('bad_value', leadsElsewhere(name, mapped?.text ?? '', value), name);
  }
  const ownValue = own && valueAt(event, own);
  // An object of that name is something else: nobody has said that it is ours.
  return isPresent(ownValue) && isScalar(ownValue) ? ownValue : fallback;
}

function leadsElsewhere(name: string, path: string, value: unknown): string {
  const first = Array.isArray(value) ? ` "${path}[0]" is the first of the list.` : '';
  return `${name}: the path "${path}" leads to ${kindOf(value)}; it must lead to text, a number or true/false.${first}`;
}

/** The values of the event's metadata object, those that are objects or lists left out. */
function wholeMetadata(event: EventObject, mapped: Path | undefined): Fields {
  const value = mapped ? valueAt(event, mapped) : event[metadataObject];
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value))
    return Object.fromEntries(Object.entries(value).filter(([, inner]) => isScalar(inner)));
  if (!mapped) return {};
  throw new RowRejected(
    'bad_value',
    `metadata: the path "${mapped.text}" leads to ${kindOf(value)}; it must lead to an object of values.`,
    metadataObject,
  );
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '');
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
