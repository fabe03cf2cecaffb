import type { FilterGroup, Condition as MetadataCondition, Operator, Scalar } from '../../shared/quality.ts';
import { caselessText, foldedText, numberLengthMost, numberOf, numberPattern } from '../../shared/scalar.ts';
import type { Condition } from './scope.ts';

/**
 * Conditions on an interaction's metadata and fields as SQL on the interaction `i`: what `matchesGroup` of the analysis
 * decides in memory, so that a page and its total are exact over any number of rows. Numbers compare as numbers; else
 * texts compare without their case; a missing attribute meets only IS_NOT and NOT_CONTAINS. What SQL has no function for
 * differs: compatibility forms of Unicode are unified in the value that is asked for alone; of a stored text spaces are
 * trimmed, no tabs or line breaks; and CONTAINS sees a number with an exponent as the server writes it.
 */
export function metadataGroupCondition(group: FilterGroup): Condition | undefined {
  if (group.length === 0) return undefined;
  return joined(
    group.map((all) => joined(all.map(conditionOf), ' AND ', 'TRUE')),
    ' OR ',
    'FALSE',
  );
}

function joined(conditions: Condition[], word: ' AND ' | ' OR ', empty: string): Condition {
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(word) || empty})`,
    values: conditions.flatMap(({ values }) => values),
  };
}

function conditionOf({ attribute, operator, value }: MetadataCondition): Condition {
  const actual = attributeOf(attribute);
  switch (operator) {
    case 'IS':
      return equal(actual, value);
    case 'IS_NOT':
      return not(equal(actual, value));
    case 'CONTAINS':
      return contains(actual, value);
    case 'NOT_CONTAINS':
      return not(contains(actual, value));
    default:
      return ordered(actual, signs[operator], value);
  }
}

const signs: Record<Exclude<Operator, 'IS' | 'IS_NOT' | 'CONTAINS' | 'NOT_CONTAINS'>, string> = {
  GREATER_THAN: '>',
  LESS_THAN: '<',
  GREATER_OR_EQUAL: '>=',
  LESS_OR_EQUAL: '<=',
};

/** An attribute's value as text (SQL NULL where there is none), and whether JSON holds it as a number. */
interface Attribute {
  text: Condition;
  isJsonNumber: Condition;
}

/** The interaction's own fields by their API names, as the assignment rules know them. */
export const interactionFields: Record<string, string> = {
  external_interaction_id: 'i.external_id',
  channel_type: 'i.channel_type',
  source: 'i.source',
  language: 'i.language',
  audio_format: 'i.audio_format',
  pii_redacted: "IF(i.pii_redacted, 'true', 'false')",
  interaction_start_time: "CONCAT(LEFT(DATE_FORMAT(i.interaction_start_time, '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')",
  duration_seconds: 'CAST(i.duration_seconds AS CHAR)',
};

export const metadataPrefix = 'metadata.';

/** A field by its name, else the metadata key; `metadata.x` names the key x even where a field is called so. */
function attributeOf(name: string): Attribute {
  if (name.startsWith(metadataPrefix)) return metadataOf([name.slice(metadataPrefix.length), name]);
  const metadata = metadataOf([name]);
  if (!Object.hasOwn(interactionFields, name)) return metadata;
  const field = unicode({ sql: `${interactionFields[name]}`, values: [] });
  return {
    text: combined(field, metadata.text, (own, other) => `COALESCE(${own}, ${other})`),
    isJsonNumber: combined(field, metadata.isJsonNumber, (own, other) => `(${own} IS NULL AND ${other})`),
  };
}

function metadataOf(keys: string[]): Attribute {
  // Quoted as JSON, a key may hold anything: dots, quotes, line breaks.
  const values = keys.map((key) => `$.${JSON.stringify(key)}`);
  const extracted = keys.map(() => 'JSON_EXTRACT(i.metadata, ?)').join(', ');
  const sql = keys.length === 1 ? extracted : `COALESCE(${extracted})`;
  return {
    text: unicode({ sql: `JSON_UNQUOTE(${sql})`, values }),
    isJsonNumber: { sql: `JSON_TYPE(${sql}) NOT IN ('STRING', 'BOOLEAN')`, values },
  };
}

/** One collation for all, by code points, so that texts of every origin compare and sort alike. */
function unicode({ sql, values }: Condition): Condition {
  return { sql: `CONVERT(${sql} USING utf8mb4) COLLATE utf8mb4_bin`, values };
}

function combined(a: Condition, b: Condition, write: (a: string, b: string) => string): Condition {
  return { sql: write(a.sql, b.sql), values: [...a.values, ...b.values] };
}

function lowered({ text }: Attribute): Condition {
  return { sql: `TRIM(LOWER(${text.sql}))`, values: text.values };
}

/** A missing value is neither equal nor does it contain: NULL counts as false before it is turned around. */
function not({ sql, values }: Condition): Condition {
  return { sql: `NOT COALESCE(${sql}, FALSE)`, values };
}

function equal(actual: Attribute, value: Scalar): Condition {
  if (numberOf(value) !== null) return ordered(actual, '=', value);
  const text = lowered(actual);
  return { sql: `${text.sql} IN (?)`, values: [...text.values, spellings(value)] };
}

function contains(actual: Attribute, value: Scalar): Condition {
  const text = lowered(actual);
  const found = (spelling: string) => ({ sql: `LOCATE(?, ${text.sql}) > 0`, values: [spelling, ...text.values] });
  return joined(spellings(value).map(found), ' OR ', 'FALSE');
}

/** A number and a text that is none have no order. */
function ordered(actual: Attribute, sign: string, value: Scalar): Condition {
  const isNumber = isNumeric(actual);
  const number = numberOf(value);
  if (number !== null)
    return {
      sql: `CASE WHEN ${isNumber.sql} THEN ${actual.text.sql} + 0e0 ${sign} ? ELSE FALSE END`,
      values: [...isNumber.values, ...actual.text.values, number],
    };
  const text = lowered(actual);
  return {
    sql: `(NOT ${isNumber.sql} AND ${text.sql} ${sign} ?)`,
    values: [...isNumber.values, ...text.values, foldedText(value)],
  };
}

/** As `numberOf`: a JSON number, or text that reads as one. */
function isNumeric({ text, isJsonNumber }: Attribute): Condition {
  return {
    sql: `(${isJsonNumber.sql} OR (CHAR_LENGTH(TRIM(${text.sql})) <= ${numberLengthMost} AND TRIM(${text.sql}) REGEXP '${numberPattern}'))`,
    values: [...isJsonNumber.values, ...text.values, ...text.values],
  };
}

/** The value as it was given, and with its compatibility forms unified. */
function spellings(value: Scalar): string[] {
  return [...new Set([caselessText(value), foldedText(value)])];
}
