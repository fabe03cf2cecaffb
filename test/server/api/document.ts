import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { oas31 } from 'zod-openapi';
import { endpoints } from '../../../server/api/endpoints.ts';
import { openApiDocument } from '../../../server/api/openapi.ts';

/** What a test got back, of whatever client. */
export interface GivenAnswer {
  status: number;
  headers: Headers;
  text: string;
}

type Document = oas31.OpenAPIObject;
type Schema = Record<string, unknown>;

let judge: Judge | undefined;

/**
 * Throws unless the document has such an answer: the path, the method, the status, its headers, its media type, and
 * every field of the body; a field that the document does not name is wrong too. `path` as in the list of endpoints, or
 * any real path from the root.
 */
export function checkAnswer(method: string, path: string, answer: GivenAnswer): void {
  judge ??= new Judge(openApiDocument({ endpoints, publicUrl: 'http://127.0.0.1:4000' }));
  judge.check(method, path, answer);
}

/** Judges answers by one document. */
export class Judge {
  readonly #document: Document;
  readonly #ajv: Ajv2020;
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: Document) {
    this.#document = document;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true, formats });
    this.#ajv.addSchema(closed(document) as Schema, 'document');
  }

  check(method: string, path: string, answer: GivenAnswer): void {
    const template = this.#templateOf(path);
    const at = ['paths', template, method.toLowerCase(), 'responses', String(answer.status)];
    const described = valueAt(this.#document, at);
    const where = `${method} ${path} → ${answer.status}`;
    if (!described) throw new Error(`${where}: the document has no such answer. The body was ${shown(answer)}`);
    this.#checkHeaders(where, at, described, answer);
    this.#checkBody(where, at, described, answer);
  }

  #templateOf(path: string): string {
    const full = path.startsWith('//') ? path.slice(1) : path;
    const given = (full.split('?')[0] ?? '').split('/');
    const fitting = Object.keys(this.#document.paths ?? {}).filter((template) => fits(template.split('/'), given));
    const [best] = fitting.sort((a, b) => a.split('{').length - b.split('{').length);
    if (!best) throw new Error(`the document has no path like ${path}`);
    return best;
  }

  #checkHeaders(where: string, at: string[], described: Schema, { headers }: GivenAnswer): void {
    for (const [name, header] of Object.entries((described.headers ?? {}) as Record<string, Schema>)) {
      const text = headers.get(name);
      if (text === null && header.required === true) throw new Error(`${where}: the header ${name} is missing`);
      if (text === null) continue;
      const { type } = header.schema as { type?: string };
      const value = type === 'integer' || type === 'number' ? Number(text) : text;
      this.#validate(`${where}: header ${name}`, [...at, 'headers', name, 'schema'], value);
    }
  }

  #checkBody(where: string, at: string[], described: Schema, answer: GivenAnswer): void {
    const given = answer.headers.get('content-type')?.split(';')[0] ?? '';
    const types = Object.keys((described.content ?? {}) as Schema);
    if (types.length === 0 && answer.text === '') return;
    if (!types.includes(given))
      throw new Error(`${where}: the body is ${given || 'of no type'}, not ${types.join(' or ')}`);
    if (given !== 'application/json') return;
    this.#validate(`${where}: body ${shown(answer)}`, [...at, 'content', given, 'schema'], JSON.parse(answer.text));
  }

  #validate(what: string, at: string[], value: unknown): void {
    const pointer = `document#/${at.map(escaped).join('/')}`;
    let validate = this.#validators.get(pointer);
    if (!validate) {
      validate = this.#ajv.compile({ $ref: pointer });
      this.#validators.set(pointer, validate);
    }
    if (!validate(value)) throw new Error(`${what}\n${(validate.errors ?? []).map(inWords).join('\n')}`);
  }
}

const formats = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  binary: true,
  uri: (text: string) => URL.canParse(text),
} as const;

/** The document as a test takes it: an object of an answer has the fields that are named and no others. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closed(inner)]));
  const isOpen = copy.type === 'object' && copy.properties !== undefined && copy.additionalProperties === undefined;
  return isOpen ? { ...copy, additionalProperties: false } : copy;
}

function fits(template: string[], given: string[]): boolean {
  return (
    template.length === given.length &&
    template.every((segment, i) => segment === given[i] || (segment.startsWith('{') && given[i] !== ''))
  );
}

function valueAt(value: unknown, at: string[]): Schema | undefined {
  return at.reduce<unknown>((here, key) => (here as Schema | undefined)?.[key], value) as Schema | undefined;
}

function escaped(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function inWords({ instancePath, message, params }: ErrorObject): string {
  return `  ${instancePath || 'it'} ${message} ${JSON.stringify(params)}`;
}

function shown({ text }: GivenAnswer): string {
  return text.slice(0, 600);
}
