import type { Scope } from '../../../db/queries/scope.ts';
import type { Session } from '../../security/sessions.ts';

/** Whose interactions this user may see. */
export function scopeOf({ user }: Session): Scope {
  return { role: user.role, email: user.email, teams: user.teams, campaigns: user.campaigns };
}
