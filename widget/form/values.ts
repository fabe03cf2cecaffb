import { type Field, type Group, isObject } from './fields.ts';

export type Values = Record<string, unknown>;

/** What stands at a dotted path, or undefined. */
export function valueAt(values: unknown, path: string): unknown {
  let here: unknown = values;
  for (const part of path.split('.')) here = isObject(here) ? here[part] : undefined;
  return here;
}

/** The values with another one at the path; the given object stays as it was. `undefined` takes the key out. */
export function withValue(values: Values, path: string, value: unknown): Values {
  const [name = '', ...rest] = path.split('.');
  const changed = { ...values };
  if (rest.length > 0) {
    const inner = values[name];
    changed[name] = withValue(isObject(inner) ? inner : {}, rest.join('.'), value);
  } else if (value === undefined) delete changed[name];
  else changed[name] = value;
  return changed;
}

/** What a new form starts with: the schema's defaults, and the first alternative where one must be chosen. */
export function startValues(fields: Field[], values: Values = {}): Values {
  let filled = values;
  for (const field of fields) {
    if (valueAt(filled, field.path) === undefined) {
      const start = startOf(field);
      if (start !== undefined) filled = withValue(filled, field.path, start);
    }
    for (const inner of innerFields(field, filled)) filled = startValues([inner], filled);
  }
  return filled;
}

function startOf(field: Field): unknown {
  switch (field.kind) {
    case 'text':
    case 'choice':
      return field.default === '' ? undefined : field.default;
    case 'number':
      return field.default;
    case 'boolean':
      return field.default;
    case 'choices':
    case 'lines':
    case 'list':
      return field.default.length === 0 ? undefined : field.default;
    case 'mapping':
    case 'field-map':
      return Object.keys(field.default).length === 0 ? undefined : field.default;
    case 'union':
      return field.default === '' ? undefined : { [field.property]: field.default };
    default:
      return undefined;
  }
}

/**
 * What is sent for a list or mapping that somebody emptied: nothing, or what is empty by itself where the server would
 * put a default in the place of nothing.
 */
export function emptied<T>(field: Field | undefined, empty: T): T | undefined {
  return field && startOf(field) !== undefined ? empty : undefined;
}

/** The fields inside a field, for what is chosen now. */
export function innerFields(field: Field, values: Values): Field[] {
  if (field.kind === 'group') return field.fields;
  if (field.kind !== 'union') return [];
  const chosen = valueAt(values, `${field.path}.${field.property}`);
  return field.options.find((option) => option.value === chosen)?.fields ?? [];
}

/**
 * What is missing before the server need be asked, by dotted path. `kept` are the secrets that the server already
 * holds: an empty field means "keep" there.
 */
export function missingFields(fields: Field[], values: Values, kept: ReadonlySet<string>): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const value = valueAt(values, field.path);
    const isEmpty = value === undefined || value === '';
    if (field.required && isEmpty && !(field.kind === 'secret' && kept.has(field.path)))
      problems[field.path] = `${field.title} is needed.`;
    Object.assign(problems, missingFields(innerFields(field, values), values, kept));
  }
  return problems;
}

/** Every dotted path that the form draws now, so that an error elsewhere is shown above it instead of nowhere. */
export function drawnPaths(fields: Field[], values: Values): string[] {
  return fields.flatMap((field) => [field.path, ...drawnPaths(innerFields(field, values), values)]);
}

/** The field a server's error belongs to: the path itself, or the nearest one drawn above it. */
export function nearestPath(path: string, drawn: readonly string[]): string | undefined {
  for (let here = path; here !== ''; here = here.slice(0, Math.max(0, here.lastIndexOf('.'))))
    if (drawn.includes(here)) return here;
  return undefined;
}

/** So many fields stand below each other without a fold. */
const mostUnfolded = 8;
/** With a fold, so many stand before it. */
const shownFirst = 6;

/** A long list of fields in two: those that are asked for, and the settings after them that most people leave alone. */
export function folded(fields: Field[]): { shown: Field[]; more: Field[] } {
  if (fields.length <= mostUnfolded) return { shown: fields, more: [] };
  const isShown = (field: Field, index: number) => index < shownFirst || field.required;
  return { shown: fields.filter(isShown), more: fields.filter((field, index) => !isShown(field, index)) };
}

/** Whether something else stands in the field, or in a field inside it, than in a new form. */
export function isChanged(field: Field, values: Values): boolean {
  const inner = innerFields(field, values);
  if (field.kind === 'group') return inner.some((one) => isChanged(one, values));
  const [value, start] = [valueAt(values, field.path), startOf(field)];
  if (field.kind === 'union')
    return (
      valueAt(value, field.property) !== valueAt(start, field.property) || inner.some((one) => isChanged(one, values))
    );
  return said(value) !== said(start);
}

/** Whether two values say the same: keys in any order, and what is undefined as if it were not there. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one, inOrder) === JSON.stringify(other, inOrder);
}

function inOrder(_: string, value: unknown): unknown {
  return isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
}

/** An empty text, list or mapping says as much as none. */
function said(value: unknown): string {
  const text = JSON.stringify(value ?? '');
  return text === '[]' || text === '{}' ? '""' : text;
}

export const groupTitles: Record<Group, string> = {
  where: 'Where',
  who: 'Who signs in',
  what: 'What is moved',
  after: 'Afterwards',
};

/** The fields by their part of the form, in the form's order; empty parts are left out. */
export function grouped(fields: Field[]): { group: Group; fields: Field[] }[] {
  const order = Object.keys(groupTitles) as Group[];
  return order
    .map((group) => ({ group, fields: fields.filter((field) => field.group === group) }))
    .filter((part) => part.fields.length > 0);
}

/** What is there now, with whatever `mine` has otherwise than `before`: both what others saved and what one changed. */
export function withChanges<T extends object>(now: T, mine: T, before: T): T {
  const merged = { ...now };
  const names = new Set([...Object.keys(before), ...Object.keys(mine)]) as Set<keyof T>;
  for (const name of names) if (!isSame(mine[name], before[name])) merged[name] = mine[name];
  return merged;
}

/** The same of a list whose order says nothing: without what one took out, with what one added. */
export function listWithChanges(now: readonly string[], mine: readonly string[], before: readonly string[]): string[] {
  const kept = now.filter((each) => mine.includes(each) || !before.includes(each));
  return [...kept, ...mine.filter((each) => !before.includes(each) && !kept.includes(each))];
}
