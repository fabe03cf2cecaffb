import type { Scope } from '../../shared/api-key.ts';

/** The key (or the token made from it) under which a call comes. */
export interface ApiKey {
  id: number;
  uid: string;
  accountId: number;
  name: string;
  scopes: Scope[];
}
