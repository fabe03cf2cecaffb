import type { Direction, FieldMeta } from '../../shared/connector.ts';

/** The part of JSON Schema (draft 2020-12, as zod writes it) that a form can be drawn from, with our own marks. */
export interface JsonSchema extends FieldMeta {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

export type Group = NonNullable<FieldMeta['group']>;

interface FieldBase {
  /** Dotted, from the config's root: `credential.password`. */
  path: string;
  title: string;
  description: string;
  required: boolean;
  /** Nothing need be there and nothing is by default; said beside the title. */
  optional: boolean;
  group: Group;
}

export interface Choice {
  value: string;
  title: string;
}

export interface UnionOption extends Choice {
  description: string;
  fields: Field[];
}

export type Field =
  | (FieldBase & { kind: 'text'; multiline: boolean; default: string; maxLength: number | undefined })
  | (FieldBase & { kind: 'secret'; multiline: boolean })
  | (FieldBase & {
      kind: 'number';
      whole: boolean;
      min: number | undefined;
      max: number | undefined;
      default: number | undefined;
    })
  | (FieldBase & { kind: 'boolean'; default: boolean })
  | (FieldBase & { kind: 'choice'; options: Choice[]; default: string })
  | (FieldBase & { kind: 'union'; property: string; options: UnionOption[]; default: string })
  | (FieldBase & { kind: 'group'; fields: Field[] })
  | (FieldBase & { kind: 'choices'; options: Choice[]; default: string[] })
  | (FieldBase & { kind: 'lines'; default: string[] })
  | (FieldBase & { kind: 'list'; fields: Field[]; default: Record<string, unknown>[] })
  | (FieldBase & { kind: 'mapping'; default: Record<string, string> })
  | (FieldBase & { kind: 'field-map'; holds: 'path' | 'value'; default: Record<string, string> })
  | (FieldBase & { kind: 'public-key' })
  | (FieldBase & { kind: 'host-key' })
  | (FieldBase & { kind: 'unknown'; reason: string });

export type FieldKind = Field['kind'];

/**
 * The fields of an object schema in its own order. A shape that no field draws becomes `unknown` with its reason: it is
 * shown as an error, never left out in silence.
 */
export function fieldsOf(schema: JsonSchema, direction: Direction, parent = '', group: Group = 'where'): Field[] {
  const required = new Set(schema.required ?? []);
  const fields: Field[] = [];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.direction !== undefined && property.direction !== direction) continue;
    if (property.const !== undefined || property.hidden === true) continue;
    const path = parent ? `${parent}.${name}` : name;
    fields.push(fieldOf(property, baseOf(property, name, path, required.has(name), group, direction), direction));
  }
  return fields;
}

function baseOf(
  schema: JsonSchema,
  name: string,
  path: string,
  required: boolean,
  group: Group,
  direction: Direction,
): FieldBase {
  return {
    path,
    title: schema.title ?? titleOf(name),
    description: schema.by_direction?.[direction].description ?? schema.description ?? '',
    required: required && schema.default === undefined,
    optional: !required && schema.default === undefined,
    group: schema.group ?? group,
  };
}

function fieldOf(schema: JsonSchema, base: FieldBase, direction: Direction): Field {
  if (schema.field !== undefined) return customField(schema, base);
  if (schema.secret === true) return { ...base, kind: 'secret', multiline: false };
  const choices = choicesOf(schema)?.filter(({ value }) => isOffered(schema, direction, value));
  if (choices) return { ...base, kind: 'choice', options: choices, default: textDefault(schema) };
  const options = schema.oneOf ?? schema.anyOf;
  if (options) return unionOf(options, schema, base, direction);
  return plainField(schema, base, direction);
}

/** Custom fields are a closed list; a mark that is not on it is an error to be seen. */
function customField(schema: JsonSchema, base: FieldBase): Field {
  switch (schema.field) {
    case 'column-mapping':
      return { ...base, kind: 'mapping', default: mappingDefault(schema) };
    case 'field-map':
      return { ...base, kind: 'field-map', holds: 'path', default: mappingDefault(schema) };
    case 'field-values':
      return { ...base, kind: 'field-map', holds: 'value', default: mappingDefault(schema) };
    case 'host-key':
      return { ...base, kind: 'host-key' };
    case 'public-key':
      return { ...base, kind: 'public-key' };
    case 'multiline':
      if (schema.type === 'array') return { ...base, kind: 'lines', default: listDefault(schema).map(String) };
      if (schema.secret === true) return { ...base, kind: 'secret', multiline: true };
      return { ...base, kind: 'text', multiline: true, default: textDefault(schema), maxLength: schema.maxLength };
    default:
      return { ...base, kind: 'unknown', reason: `the form has no element "${String(schema.field)}"` };
  }
}

function plainField(schema: JsonSchema, base: FieldBase, direction: Direction): Field {
  switch (schema.type) {
    case 'string':
      return { ...base, kind: 'text', multiline: false, default: textDefault(schema), maxLength: schema.maxLength };
    case 'integer':
    case 'number':
      return {
        ...base,
        kind: 'number',
        whole: schema.type === 'integer',
        min: bound(schema.minimum),
        max: bound(schema.maximum),
        default: typeof schema.default === 'number' ? schema.default : undefined,
      };
    case 'boolean':
      return { ...base, kind: 'boolean', default: schema.default === true };
    case 'array':
      return arrayField(schema, base, direction);
    case 'object':
      if (schema.properties)
        return { ...base, kind: 'group', fields: fieldsOf(schema, direction, base.path, base.group) };
      if (isTextRecord(schema)) return { ...base, kind: 'mapping', default: mappingDefault(schema) };
      return { ...base, kind: 'unknown', reason: 'it is an object of unknown shape' };
    default:
      return { ...base, kind: 'unknown', reason: `the form cannot draw the type "${String(schema.type ?? 'any')}"` };
  }
}

/** Several of a few values, several lines of text, or rows of small fields of their own. */
function arrayField(schema: JsonSchema, base: FieldBase, direction: Direction): Field {
  const { items = {} } = schema;
  const start = listDefault(schema);
  const options = choicesOf(items);
  if (options) return { ...base, kind: 'choices', options, default: start.map(String) };
  if (items.type === 'string') return { ...base, kind: 'lines', default: start.map(String) };
  const fields = items.properties ? fieldsOf(items, direction, '', base.group) : [];
  if (fields.length > 0) return { ...base, kind: 'list', fields, default: start.filter(isObject) };
  return { ...base, kind: 'unknown', reason: 'it is a list of unknown things' };
}

function isTextRecord(schema: JsonSchema): boolean {
  return typeof schema.additionalProperties === 'object' && schema.additionalProperties.type === 'string';
}

/** zod bounds every integer by what a double holds exactly; a person need not be told that. */
function bound(value: number | undefined): number | undefined {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
}

function choicesOf(schema: JsonSchema): Choice[] | undefined {
  const values = schema.enum ?? constants(schema.anyOf ?? schema.oneOf);
  if (!values?.every((value) => typeof value === 'string')) return undefined;
  return values.map((value) => ({ value, title: choiceTitle(value) }));
}

function isOffered({ by_direction }: JsonSchema, direction: Direction, value: string): boolean {
  return by_direction?.[direction].values.includes(value) ?? true;
}

function constants(options: JsonSchema[] | undefined): unknown[] | undefined {
  return options?.every((option) => option.const !== undefined) ? options.map((option) => option.const) : undefined;
}

function unionOf(options: JsonSchema[], schema: JsonSchema, base: FieldBase, direction: Direction): Field {
  const property = sharedConstant(options);
  if (property === undefined)
    return { ...base, kind: 'unknown', reason: 'its alternatives have no property that tells them apart' };
  const drawn = options.map((option): UnionOption => {
    const value = String(option.properties?.[property]?.const);
    const fields = fieldsOf(option, direction, base.path, base.group);
    return { value, title: option.title ?? titleOf(value), description: option.description ?? '', fields };
  });
  const chosen = isObject(schema.default) ? schema.default[property] : undefined;
  return {
    ...base,
    kind: 'union',
    property,
    options: drawn,
    default: typeof chosen === 'string' ? chosen : base.required ? (drawn[0]?.value ?? '') : '',
  };
}

/** The property that is a constant in every alternative: `type` in `{type: 'password', …} | {type: 'ssh_key'}`. */
function sharedConstant(options: JsonSchema[]): string | undefined {
  const names = Object.keys(options[0]?.properties ?? {});
  return names.find((name) => options.every((option) => typeof option.properties?.[name]?.const === 'string'));
}

function listDefault(schema: JsonSchema): unknown[] {
  return Array.isArray(schema.default) ? schema.default : [];
}

function mappingDefault(schema: JsonSchema): Record<string, string> {
  const start = isObject(schema.default) ? schema.default : {};
  return Object.fromEntries(Object.entries(start).map(([from, to]) => [from, String(to)]));
}

function textDefault(schema: JsonSchema): string {
  return typeof schema.default === 'string' ? schema.default : '';
}

const properWords: Record<string, string> = {
  csv: 'CSV',
  sftp: 'SFTP',
  ssh: 'SSH',
  url: 'URL',
  id: 'ID',
  s3: 'S3',
  api: 'API',
  ndjson: 'NDJSON',
  jsonl: 'JSONL',
  xlsx: 'XLSX (Excel)',
  mysql: 'MySQL',
  postgres: 'PostgreSQL',
  sql: 'SQL',
  rest: 'REST',
  mp3: 'MP3',
  wav: 'WAV',
  tls: 'TLS',
  sasl: 'SASL',
  json: 'JSON',
  ecc: 'ECC',
};

/** `file_format` → `File format`, `ssh_key` → `SSH key`. */
export function titleOf(name: string): string {
  const words = name.split(/[_\s-]+/).map((word) => properWords[word.toLowerCase()] ?? word);
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Names that others gave stay as they are: `mypurecloud.ie`, `aws:kms`. */
function choiceTitle(value: string): string {
  return /[.:]/.test(value) ? value : titleOf(value);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
