import type { Services } from '../services.ts';
import type { ChangeFeed } from './changes/feed.ts';
import type { PasswordTurns } from './session/password-turns.ts';
import type { SignInLimit } from './session/sign-in-limit.ts';

/** What one request brings to a procedure. Made without touching the database, so that making it cannot fail. */
export interface ConsoleContext {
  services: Services;
  /** Asks the workers to look for work now. */
  wake(): void;
  changes: ChangeFeed;
  signInLimit: SignInLimit;
  passwordTurns: PasswordTurns;
  traceId: string;
  /** The bearer token as sent, or undefined. */
  token: string | undefined;
  /** The caller's network address. */
  address: string;
  /** Gives the browser the cookie that a reload of the standalone console renews from; null takes it away. */
  setRenewalCookie(value: string | null): void;
}
