import type { Cell } from '../cell.ts';

/** Numbers of the styles in package-parts.ts. */
export const headerStyle = 1;
export const timeStyle = 2;

/** What a cell of Excel holds at most. */
const longestText = 32_767;
/** Excel keeps fifteen digits: a whole number beyond shows as another one. */
const largestWhole = 999_999_999_999_999;
const dayMs = 86_400_000;
/** XML's white space is this character, and tab and line ends before it. */
const space = 32;
/** Days from Excel's day 0 to 1970. */
const epochDay = 25_569;
/** Excel counts a 29 February 1900 that never was: before 1 March its days are off by one. */
const firstDay = 61;
/** 1 January 10000. */
const endDay = 2_958_466;

/** Milliseconds since 1970 as a clock on the wall shows them. */
export type WallClock = (at: Date) => number;

/** One cell of type number, boolean, time or text; nothing for an empty one. ECMA-376 part 1, 18.3.1.4. */
export function cellXml(place: string, cell: Cell, wallClock: WallClock): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return textXml(place, cell);
  if (typeof cell === 'number') return numberXml(place, cell);
  if (typeof cell === 'boolean') return `<c r="${place}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  return timeXml(place, cell, wallClock);
}

function numberXml(place: string, number: number): string {
  if (!Number.isFinite(number)) return '';
  if (Math.abs(number) > largestWhole && Number.isInteger(number)) return textXml(place, String(number));
  return `<c r="${place}"><v>${number}</v></c>`;
}

export function headerXml(place: string, text: string): string {
  return textXml(place, text, ` s="${headerStyle}"`);
}

function textXml(place: string, text: string, style = ''): string {
  const attribute = hasOuterSpace(text) ? ' xml:space="preserve"' : '';
  return `<c r="${place}"${style} t="inlineStr"><is><t${attribute}>${escaped(fitting(text))}</t></is></c>`;
}

/** Which readers drop where a text does not say that it is meant. Said of each, it were a sixth of a sheet. */
function hasOuterSpace(text: string): boolean {
  return text.charCodeAt(0) <= space || text.charCodeAt(text.length - 1) <= space;
}

/** A day with its fraction, of the zone's clock: Excel knows no zones. What it has no day for is text, of the same clock. */
function timeXml(place: string, at: Date, wallClock: WallClock): string {
  const clockMs = wallClock(at);
  const day = clockMs / dayMs + epochDay;
  if (!(day >= firstDay && day < endDay)) return textXml(place, new Date(clockMs).toISOString().slice(0, -1));
  return `<c r="${place}" s="${timeStyle}"><v>${day}</v></c>`;
}

function fitting(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text;
}

/** What XML gives a meaning to or cannot hold, and text that looks like Excel's way to write those (`_x000D_`). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const special = /[&<>\u0000-\u0008\u000b-\u001f\ufffe\uffff]|_(?=x[0-9a-f]{4}_)/i;
const everySpecial = new RegExp(special.source, 'gi');

/** ECMA-376 part 1, 22.9.2.19 (ST_Xstring) for what XML cannot hold. */
export function escaped(text: string): string {
  return special.test(text) ? text.replace(everySpecial, escapedCharacter) : text;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escapedCharacter(character: string): string {
  return entities[character] ?? `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;
}
