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

/**
 * Puts `:from` and `:to` into a query as values, never as text. Throws `invalid` where one of them is missing, because
 * then each day would be the whole table.
 */
export function bindQuery(query: string, range: { from: string; to: string }, style: PlaceholderStyle): BoundQuery {
  const values: string[] = [];
  const positions = new Map<string, number>();
  const place = (name: 'from' | 'to'): string => {
    const known = style.isReusable ? positions.get(name) : undefined;
    if (known !== undefined) return style.write(known);
    values.push(range[name]);
    positions.set(name, values.length);
    return style.write(values.length);
  };
  const token = new RegExp(String.raw`${style.skipped}|(?<!\w):(?<from>from)\b|(?<!\w):(?<to>to)\b`, 'gi');
  const text = query
    .trim()
    .replace(/;$/, '')
    .replace(token, (found, ...more) => {
      const groups = more.at(-1) as Record<'from' | 'to', string | undefined>;
      if (groups.from) return place('from');
      return groups.to ? place('to') : found;
    });
  const missing = ['from', 'to'].filter((name) => !positions.has(name));
  if (missing.length === 0) return { text, values };
  throw new AppError(
    'invalid',
    `The query does not use ${missing.map((name) => `:${name}`).join(' and ')} outside of quotes and comments. Limit its calls to those between :from and :to.`,
    { field: 'source.query' },
  );
}
