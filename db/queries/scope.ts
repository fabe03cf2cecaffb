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
  const choices = [metadataIn('team_name', scope.teams), metadataIn('campaign_id', scope.campaigns)].filter(
    (choice) => choice !== undefined,
  );
  if (choices.length === 0) return { sql: 'FALSE', values: [] };
  return {
    sql: `(${choices.map(({ sql }) => sql).join(' OR ')})`,
    values: choices.flatMap(({ values }) => values),
  };
}

function metadataIn(key: 'team_name' | 'campaign_id', names: string[]): Condition | undefined {
  if (names.length === 0) return undefined;
  return {
    sql: `CAST(JSON_VALUE(i.metadata, '$.${key}') AS BINARY) IN (?)`,
    values: [names.map((name) => Buffer.from(name))],
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
