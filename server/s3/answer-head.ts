/** The head of an HTTP answer whose body is as long as it says. */
export interface AnswerHead {
  status: number;
  /** By their names in lower case. */
  headers: ReadonlyMap<string, string>;
  /** Bytes of the body. */
  length: number;
  /** Whether the connection serves another request after the body. */
  isKept: boolean;
}

/** Undefined for whatever is no plain head: other versions, bodies in chunks or without a length, doubtful headers. */
export function parseHead(text: string): AnswerHead | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const [, minor, status] = /^HTTP\/1\.([01]) ([2-5]\d\d)( |$)/.exec(first) ?? [];
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || headers.has(name.toLowerCase())) return undefined;
    headers.set(name.toLowerCase(), value);
  }
  const length = headers.get('content-length') ?? '';
  if (status === undefined || headers.has('transfer-encoding') || !/^\d{1,15}$/.test(length)) return undefined;
  const isKept = minor === '1' && !/\bclose\b/i.test(headers.get('connection') ?? '');
  return { status: Number(status), headers, length: Number(length), isKept };
}
