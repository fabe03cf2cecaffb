import { isUtf8 } from 'node:buffer';
import { RowRejected, shown } from '../../rows/validate/fields.ts';

export type EventObject = Record<string, unknown>;

/** Serializers of a schema registry put this, and a number of four bytes, before the value. */
const registryMark = 0;
const registryPrefixBytes = 5;

/** An event's value as the JSON object that it is. Throws RowRejected. */
export function eventIn(value: Buffer): EventObject {
  const bytes = withoutPrefix(value);
  if (!isUtf8(bytes)) throw new RowRejected('bad_encoding', 'The event is no text in UTF-8, as JSON is.');
  const text = bytes.toString('utf8');
  const event = parsed(text.startsWith('\ufeff') ? text.slice(1) : text);
  if (typeof event === 'object' && event !== null && !Array.isArray(event)) return event as EventObject;
  throw new RowRejected('bad_json', `The event is ${kindOf(event)}; each event must be one JSON object.`);
}

function withoutPrefix(value: Buffer): Buffer {
  if (value[0] !== registryMark) return value;
  const inner = value.subarray(registryPrefixBytes);
  if (inner[0] === '{'.charCodeAt(0)) return inner;
  throw new RowRejected(
    'bad_json',
    'The event begins with a zero byte, as Avro and Protobuf with a schema registry do. Only JSON is read: have the topic written as JSON.',
  );
}

function parsed(text: string): unknown {
  try {
    const event: unknown = JSON.parse(text);
    return mayHoldLongNumber.test(text) ? JSON.parse(longNumbersAsText(text)) : event;
  } catch (thrown) {
    if (text.trim() === '')
      throw new RowRejected('bad_json', 'The event is empty; each event must be one JSON object.');
    const why = (thrown as Error).message.slice(0, 200);
    throw new RowRejected('bad_json', `The event is not valid JSON (${why}). Each event must be one JSON object.`);
  }
}

/** A double holds every number of 15 digits, and not every one of 16. Within a text it finds some that is none; that does no harm. */
const mayHoldLongNumber = /[\s:,[]-?(?:[\d.]{16}|[\d.]+[eE])/;
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Numbers that a double would round become the text that they are written as: they may be ids, and two that are alike after
 * rounding would become one interaction.
 */
function longNumbersAsText(json: string): string {
  return json.replace(stringOrNumber, (token) => (token.startsWith('"') || isKept(token) ? token : `"${token}"`));
}

/** No double is written with as many characters. */
const mostCharacters = 40;

/** Whether it is the same number after it was read as a double and written again. */
function isKept(token: string): boolean {
  if (token.length > mostCharacters) return false;
  const number = Number(token);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER && decimalOf(token) === decimalOf(String(number));
}

/** The digits that count, and the power of ten of the last: `1.50`, `1.5` and `15e-1` are `15e-1`. The sign is left out. */
function decimalOf(number: string): string {
  const [, whole = '', fraction = '', power = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  return short === '' ? '0' : `${short}e${Number(power) - fraction.length + digits.length - short.length}`;
}

/** What a value is, for a reason. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text ${shown(value)}`;
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${shown(String(value))}`;
}
