import type { Role } from '../../shared/configuration.ts';

/** Whose interactions a user may see: admins all, supervisors their teams' and campaigns', agents their own. */
export interface Scope {
  role: Role;
  email: string;
  teams: string[];
  campaigns: string[];
}

/** A condition of SQL with its values. */
export interface Condition {
  sql: string;
  values: unknown[];
}

/**
 * The scope as a condition on the interaction `i`. Values are compared byte by byte, so that no collation lets a
 * neighbour in (`sales` is not `Sales`); mail addresses are compared without their case.
 */
export function scopeCondition(scope: Scope): Condition | undefined {
  if (scope.role === 'admin') return undefined;
  if (scope.role === 'agent')
    return {
      sql: "CAST(LOWER(JSON_VALUE(i.metadata, '$.agent_email')) AS BINARY) = ?",
      values: [Buffer.from(scope.email.toLowerCase())],
    };
  const choices = scopeValues(scope).map(({ name, values }) => metadataIn(name, values));
  return anyOf(choices);
}

/** Metadata of which an interaction in the scope has at least one of the values. Undefined: all are in it. */
export function scopeFieldsOf(scope: Scope): { name: string; values: string[] }[] | undefined {
  if (scope.role === 'admin') return undefined;
  return scope.role === 'agent' ? [{ name: 'agent_email', values: [scope.email] }] : scopeValues(scope);
}

function scopeValues({ teams, campaigns }: Scope): { name: string; values: string[] }[] {
  const bounds = [
    { name: 'team_name', values: teams },
    { name: 'campaign_id', values: campaigns },
  ];
  return bounds.filter(({ values }) => values.length > 0);
}

/** On the interaction `i`: the metadata's value, as text, is one of these. Texts compare byte by byte. */
export function metadataIn(key: string, values: readonly string[]): Condition {
  if (values.length === 0) return { sql: 'FALSE', values: [] };
  return {
    // Quoted as JSON, a key may hold anything: dots, quotes, line breaks.
    sql: 'CAST(JSON_UNQUOTE(JSON_EXTRACT(i.metadata, ?)) AS BINARY) IN (?)',
    values: [`$.${JSON.stringify(key)}`, values.map((value) => Buffer.from(value))],
  };
}

/** Conditions joined by AND. */
export function allOf(conditions: (Condition | undefined)[]): Condition {
  const given = conditions.filter((condition) => condition !== undefined);
  return {
    sql: given.map(({ sql }) => sql).join(' AND ') || 'TRUE',
    values: given.flatMap(({ values }) => values),
  };
}

/** Conditions joined by OR; none of them: false. */
export function anyOf(conditions: readonly Condition[]): Condition {
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(' OR ') || 'FALSE'})`,
    values: conditions.flatMap(({ values }) => values),
  };
}
