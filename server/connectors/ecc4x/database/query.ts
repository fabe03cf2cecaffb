import { AppError } from '../../../../shared/error.ts';

/** A query as a server takes it. */
export interface BoundQuery {
  text: string;
  /** In the order of the server's own placeholders. */
  values: string[];
}

/** How one server writes queries. */
export interface PlaceholderStyle {
  /** What may hold a colon that is none of ours: quoted text, quoted names, comments, casts. */
  skipped: string;
  /** The placeholder number `position` (from 1). */
  write(position: number): string;
  /** Whether one may stand in several places. */
  isReusable: boolean;
}

const comments = String.raw`--[^\n]*|/\*[\s\S]*?\*/`;

export const postgresStyle: PlaceholderStyle = {
  skipped: String.raw`\bE'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<dollar>\$\w*\$)[\s\S]*?\k<dollar>|::|${comments}`,
  write: (position) => `$${position}`,
  isReusable: true,
};

export const mysqlStyle: PlaceholderStyle = {
  skipped: String.raw`'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*"|\x60[^\x60]*\x60|#[^\n]*|${comments}`,
  write: () => '?',
  isReusable: false,
};

/** Whether a query names neither moment, so that it has no days: what it gives is all that there is. */
export function isWhole(query: string, style: PlaceholderStyle): boolean {
  return momentsIn(query, style).size === 0;
}

/** Whether one moment is named without the other: then each day would have more than its own calls. */
export function isHalf(query: string, style: PlaceholderStyle): boolean {
  return momentsIn(query, style).size === 1;
}

function momentsIn(query: string, style: PlaceholderStyle): Set<string> {
  const found = new Set<string>();
  replaceMoments(query, style, (name) => {
    found.add(name);
    return '';
  });
  return found;
}

/**
 * Puts `:from` and `:to` into a query as values, never as text; one without both stays as it is. Throws `invalid` where
 * only one of them is there, because then each day would be the whole table.
 */
export function bindQuery(query: string, range: { from: string; to: string }, style: PlaceholderStyle): BoundQuery {
  const values: string[] = [];
  const positions = new Map<string, number>();
  const text = replaceMoments(query.trim().replace(/;$/, ''), style, (name) => {
    const known = style.isReusable ? positions.get(name) : undefined;
    if (known !== undefined) return style.write(known);
    values.push(range[name]);
    positions.set(name, values.length);
    return style.write(values.length);
  });
  const missing = ['from', 'to'].filter((name) => !positions.has(name));
  if (missing.length !== 1) return { text, values };
  throw new AppError(
    'invalid',
    `The query does not use :${missing[0]} outside of quotes and comments. Limit its calls to those between :from and :to, or name neither.`,
    { field: 'source.query' },
  );
}

/** Replaces each moment that is none of what may hold a colon. */
function replaceMoments(query: string, style: PlaceholderStyle, place: (name: 'from' | 'to') => string): string {
  const token = new RegExp(String.raw`${style.skipped}|(?<!\w):(?<from>from)\b|(?<!\w):(?<to>to)\b`, 'gi');
  return query.replace(token, (found, ...more) => {
    const groups = more.at(-1) as Record<'from' | 'to', string | undefined>;
    if (groups.from) return place('from');
    return groups.to ? place('to') : found;
  });
}
