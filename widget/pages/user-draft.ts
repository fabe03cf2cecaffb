import type { Role } from '../../shared/configuration.ts';
import type { NewUser, User, UserChange } from '../api/types.ts';

/** A user as the form has it. */
export interface UserDraft {
  email: string;
  name: string;
  role: Role;
  teams: string[];
  campaigns: string[];
  isEnabled: boolean;
}

export function newUser(): UserDraft {
  return { email: '', name: '', role: 'agent', teams: [], campaigns: [], isEnabled: true };
}

export function userDraftOf({ email, name, role, teams, campaigns, is_enabled: isEnabled }: User): UserDraft {
  return { email, name: name ?? '', role, teams, campaigns, isEnabled };
}

/** Teams and campaigns bound supervisors alone; those of another role are kept, should it change back. */
export function newUserOf({ email, name, role, teams, campaigns }: UserDraft): NewUser {
  const named = name.trim() === '' ? {} : { name };
  return { email: email.trim(), role, teams, campaigns, ...named };
}

/** What differs from `before`, and nothing else: what somebody else changes meanwhile stays. */
export function userChangeOf(uid: string, draft: UserDraft, before: UserDraft): UserChange {
  const { name, role, teams, campaigns, isEnabled } = draft;
  return {
    uid,
    ...(name !== before.name && { name: name.trim() === '' ? null : name }),
    ...(role !== before.role && { role }),
    ...(!isSame(teams, before.teams) && { teams }),
    ...(!isSame(campaigns, before.campaigns) && { campaigns }),
    ...(isEnabled !== before.isEnabled && { enabled: isEnabled }),
  };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}

/** What must be given before it can be saved, by field. */
export function missingInUser({ email }: UserDraft): Record<string, string> {
  return email.includes('@') ? {} : { email: 'Enter the e-mail address that this person signs in with.' };
}

/** A supervisor who is bounded to nothing sees nothing. */
export function seesNothing({ role, teams, campaigns }: UserDraft): boolean {
  return role === 'supervisor' && teams.length === 0 && campaigns.length === 0;
}
