import type { Changes } from '../api/changes.ts';
import type { Api } from '../api/client.ts';
import type { Session } from '../api/session.ts';
import type { Me } from '../api/types.ts';

/** What every page and dialog is given; it holds nothing of their own. */
export interface AppContext {
  api: Api;
  changes: Changes;
  session: Session;
  me: Me;
  /** The account's time zone (IANA). */
  zone: string;
  /** Shows another page of the console. `replace` keeps the way back as it was (filters while typing). */
  go(address: string, how?: 'push' | 'replace'): void;
  /** The link's href for an address: a path, or behind the # in a frame. */
  href(address: string): string;
  /** A short word that something was done. */
  say(words: string): void;
}
