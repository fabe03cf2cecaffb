import type { Scalar } from './quality.ts';

/** What reads as a number, for JavaScript and for SQL alike; longer text is an identifier: as a number it would lose digits. */
export const numberPattern = '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$';
export const numberLengthMost = 16;

const readsAsNumber = new RegExp(numberPattern);

/** A scalar as a number, where it is one or text that reads as one; else null. */
export function numberOf(value: Scalar): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return null;
  const text = value.trim();
  return readsAsNumber.test(text) && text.length <= numberLengthMost ? Number(text) : null;
}

/** A scalar as texts are compared: without spaces around it, without its case, compatibility forms of Unicode unified. */
export function foldedText(value: Scalar): string {
  return caselessText(String(value).normalize('NFKC'));
}

/** The same, compatibility forms as they were given. */
export function caselessText(value: Scalar): string {
  return String(value).trim().toLowerCase();
}
