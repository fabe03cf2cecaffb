import type { Role } from '../../../shared/configuration.ts';
import type { Session } from '../../security/sessions.ts';
import type { Services } from '../../services.ts';

/** Who is signed in, and what the console may show them. */
export interface Me {
  account: { account_id: string; name: string; timezone: string };
  user: { user_id: string; email: string; name: string | null; role: Role };
  /** Whether Data Integration and Automation are open to this user, and if not, why. */
  console: 'open' | 'disabled_for_account' | 'not_an_admin';
  /** Addresses that customers must let in at their side; shown beside a connector's host. */
  outbound_addresses: string[];
  /** Until the session ends when nobody uses it. */
  idle_in_ms: number;
  /** Until it ends whatever happens. */
  ends_in_ms: number;
}

export function meOf({ config }: Services, { account, user, idleRemainingMs, remainingMs }: Session): Me {
  return {
    account: { account_id: account.uid, name: account.name, timezone: account.timezone },
    user: { user_id: user.uid, email: user.email, name: user.name, role: user.role },
    console: consoleOf(account.consoleEnabled, user.role),
    outbound_addresses: config.outboundAddresses,
    idle_in_ms: idleRemainingMs,
    ends_in_ms: remainingMs,
  };
}

function consoleOf(enabled: boolean, role: Role): Me['console'] {
  if (!enabled) return 'disabled_for_account';
  return role === 'admin' ? 'open' : 'not_an_admin';
}

/** A session as the page gets it: the token stays in its memory. */
export interface SessionGrant {
  token: string;
  /** Until the session ends whatever happens; count it by a monotonic clock. */
  expires_in_ms: number;
}

/** The same password opens several accounts: the person chooses, and signs in again with `account`. */
export interface AccountChoice {
  accounts: { account_id: string; name: string }[];
}

export type SignInAnswer = ({ outcome: 'signed_in' } & SessionGrant) | ({ outcome: 'choose_account' } & AccountChoice);
