import { isUtf8 } from 'node:buffer';
import { RowRejected, shown } from '../../pipeline/validate/fields.ts';

export type EventObject = Record<string, unknown>;

/** Serializers of a schema registry put this, and a number of four bytes, before the value. */
const registryMark = 0;
const registryPrefixBytes = 5;

/** An event's value as the JSON object that it is. Throws RowRejected. */
export function eventIn(value: Buffer): EventObject {
  const bytes = withoutPrefix(value);
  if (!isUtf8(bytes)) throw new RowRejected('bad_encoding', 'The event is no text in UTF-8, as JSON is.');
  const event = parsed(bytes.toString('utf8').replace(/^\ufeff/, ''));
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
  if (text.trim() === '') throw new RowRejected('bad_json', 'The event is empty; each event must be one JSON object.');
  try {
    const event: unknown = JSON.parse(text);
    return /\d{16}/.test(text) ? JSON.parse(largeNumbersAsText(text)) : event;
  } catch (thrown) {
    const why = (thrown as Error).message.slice(0, 200);
    throw new RowRejected('bad_json', `The event is not valid JSON (${why}). Each event must be one JSON object.`);
  }
}

const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Whole numbers that a double would round are ids, and two that are alike after rounding would become one interaction. */
function largeNumbersAsText(json: string): string {
  return json.replace(stringOrNumber, (token) =>
    /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  );
}

/** What a value is, for a reason. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text ${shown(value)}`;
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${shown(String(value))}`;
}
