import { createHash } from 'node:crypto';
import { DateTime } from 'luxon';
import { z } from 'zod';
import { AppError } from '../../../shared/error.ts';
import type { DaySlice } from '../calls/day-slices.ts';
import type { ConnectorContext } from '../connector.ts';
import type { TooLarge } from '../http/body.ts';
import { type HttpClient, type HttpRequest, openHttpClient } from '../http/client.ts';
import { flattened, type RawRow } from './row.ts';
import { type RowPage, type RowSource, today } from './rows.ts';
import type { AppServerConfig } from './source-config.ts';

/** What is the same for every server of one connector. */
export interface ServerSettings {
  certificate_authority?: string | undefined;
  timezone: string;
  /** Until an answer begins, and the longest silence in it. */
  timeoutMs?: number | undefined;
}

/** Rows of ECC's table over HTTP. */
export class AppServer implements RowSource {
  readonly place: string;
  readonly isWhole = false;
  readonly #config: AppServerConfig;
  readonly #settings: ServerSettings;
  readonly #http: HttpClient;

  constructor(config: AppServerConfig, settings: ServerSettings, context: ConnectorContext) {
    this.place = new URL(config.base_url).host;
    this.#config = config;
    this.#settings = settings;
    this.#http = openHttpClient({
      context,
      base: new URL(config.base_url),
      headers: authHeaders(config),
      certificateAuthority: settings.certificate_authority,
      ...(settings.timeoutMs === undefined ? {} : { timeoutMs: settings.timeoutMs }),
      field: 'source.base_url',
      failureOf: ({ status }) => (status === 401 ? refused(config) : undefined),
    });
  }

  /** There is no call that says so without rows, so today's first ones are asked for. */
  async reach(): Promise<void> {
    for await (const _ of this.pages(today(this.#settings.timezone))) return;
  }

  async *pages(slice: DaySlice): AsyncGenerator<RowPage> {
    const seen = new Set<string>();
    let request: HttpRequest | undefined = this.#firstRequest(slice);
    for (let page = 0; request; page++) {
      const answer = await this.#http.json(z.unknown(), { ...request, tooLarge: tooLarge(this.#config) });
      const rows = this.#rowsIn(answer);
      yield { columns: columnsOf(rows), rows };
      if (rows.length > 0) refuseCircle(seen, rows);
      request = this.#requestAfter(answer, rows, slice, page);
      // A page without rows may name the next one, and that one itself.
      if (request) refuseCircle(seen, [request.path, request.query]);
    }
  }

  #firstRequest(slice: DaySlice): HttpRequest {
    const { paging } = this.#config;
    return this.#requestFor(slice, paging.kind === 'page' ? { [paging.parameter]: paging.first } : {});
  }

  #requestFor({ start, end }: DaySlice, more: NonNullable<HttpRequest['query']>): HttpRequest {
    const { base_url, rows_path, query, from_parameter, to_parameter, time_format } = this.#config;
    const zone = { zone: this.#settings.timezone };
    const time = (at: Date) => timeTexts[time_format](DateTime.fromJSDate(at, zone));
    return {
      path: rows_path === '' ? new URL(base_url) : rows_path.replace(/^\/+/, ''),
      query: { ...query, [from_parameter]: time(start), [to_parameter]: time(end), ...more },
    };
  }

  #requestAfter(answer: unknown, rows: RawRow[], slice: DaySlice, page: number): HttpRequest | undefined {
    const { paging, base_url } = this.#config;
    if (paging.kind === 'none') return undefined;
    if (paging.kind === 'page')
      return rows.length === 0 ? undefined : this.#requestFor(slice, { [paging.parameter]: paging.first + page + 1 });
    const next = valueAt(answer, paging.next_at);
    if (next === undefined || next === null || next === '' || next === false) return undefined;
    if (paging.parameter !== undefined) return this.#requestFor(slice, { [paging.parameter]: String(next) });
    return { path: nextLink(String(next), new URL(base_url)) };
  }

  #rowsIn(answer: unknown): RawRow[] {
    const { rows_at } = this.#config;
    const rows = rows_at === '' ? foundRows(answer) : valueAt(answer, rows_at);
    if (isRows(rows)) return rows;
    const where = rows_at === '' ? 'The answer' : `"${rows_at}" in the answer`;
    const keys = isObject(answer) ? ` The answer has: ${Object.keys(answer).slice(0, 20).join(', ')}.` : '';
    throw new AppError(
      'missing_columns',
      `${where} of the app server is no list of rows${rows_at === '' ? ', and has not just one' : ''}.${keys} Set where the rows lie in the answer.`,
      { field: 'source.rows_at', cause: new Error(JSON.stringify(answer)?.slice(0, 200)) },
    );
  }
}

function authHeaders({ auth }: AppServerConfig): Record<string, string> {
  if (auth.kind === 'header') return { [auth.name]: auth.value };
  if (auth.kind === 'none') return {};
  return { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` };
}

function refused({ auth, base_url }: AppServerConfig): AppError {
  const { host } = new URL(base_url);
  if (auth.kind === 'none')
    return new AppError('sign_in_refused', `${host} wants a sign-in (401). Choose how in "Sign in".`, {
      field: 'source.auth',
    });
  return new AppError(
    'sign_in_refused',
    `${host} refused the sign-in (401). Enter it again, and check with whoever runs the app server that it is still valid.`,
    { field: auth.kind === 'header' ? 'source.auth.value' : 'source.auth.password' },
  );
}

const timeTexts: Record<AppServerConfig['time_format'], (time: DateTime) => string> = {
  iso: (time) => time.toISO({ suppressMilliseconds: true }) ?? '',
  local: (time) => time.toFormat('yyyy-MM-dd HH:mm:ss'),
  date: (time) => time.toFormat('yyyy-MM-dd'),
  epoch_ms: (time) => String(time.toMillis()),
  epoch_s: (time) => String(Math.floor(time.toSeconds())),
};

/** What lies at `result.next`; undefined where nothing does. */
function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const key of path.split('.')) found = isObject(found) ? found[key] : undefined;
  return found;
}

function isRows(value: unknown): value is RawRow[] {
  return Array.isArray(value) && value.every(isObject);
}

/** Where nobody said where they lie: the answer itself, `data`, or the only list in it that is not empty. */
function foundRows(answer: unknown): unknown {
  if (!isObject(answer)) return answer;
  if (isRows(answer.data)) return answer.data;
  const lists = Object.values(answer).filter(isRows);
  const filled = lists.filter(({ length }) => length > 0);
  return filled.length > 1 ? undefined : (filled[0] ?? lists[0]);
}

function isObject(value: unknown): value is RawRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function columnsOf(rows: RawRow[]): string[] | undefined {
  return rows.length === 0 ? undefined : [...new Set(rows.flatMap((row) => [...flattened(row)].map(([name]) => name)))];
}

/** A link to another server would take our sign-in there. */
function nextLink(link: string, base: URL): URL {
  const url = URL.canParse(link, base.href) ? new URL(link, base) : undefined;
  if (url && url.origin === base.origin) return url;
  throw new AppError(
    'protocol_error',
    `The app server names "${link.slice(0, 100)}" as its next page, which is not on ${base.origin}. If it is a token and no link, say by which parameter it is sent.`,
    { field: 'source.paging' },
  );
}

function tooLarge({ paging }: AppServerConfig): TooLarge {
  const advice =
    paging.kind === 'none'
      ? 'Have a day answered in parts: choose how in "Pages".'
      : 'Ask for smaller pages: with most servers one of the parameters that are always sent says how large they are ("Pages" says how they are asked for).';
  return { advice, field: 'source.paging' };
}

/** Rows or a request that were seen before: a server that ignores the parameter gives the same page for ever. */
function refuseCircle(seen: Set<string>, page: unknown[]): void {
  const mark = createHash('sha256').update(JSON.stringify(page)).digest('base64');
  if (seen.has(mark))
    throw new AppError(
      'protocol_error',
      'The app server gives the same page again and again. Check how its pages are asked for.',
      { field: 'source.paging' },
    );
  seen.add(mark);
}
