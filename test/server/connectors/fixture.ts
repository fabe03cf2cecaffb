import type { ConnectorContext } from '../../../server/connectors/connector.ts';
import type { Services } from '../../../server/services.ts';

type Json = Record<string, unknown>;
type Awaitable<T> = T | Promise<T>;

/** A real outside system of one connector type whose items are files, for the contract suite (contract.ts). */
export interface ConnectorFixture {
  /** Ways to set the system up that a customer may choose between, for example kinds of sign-in. */
  /** `readsAsBefore`: only its sign-in or its place is another one, so what takes longest is not tried a second time. */
  variants: { name: string; start(): Promise<OutsideSystem>; readsAsBefore?: true }[];
}

/** Where a system of our own lives: what is read from it is imported by these services into this account. */
export interface Home {
  services: Services;
  accountId: number;
}

/** What a system may lack: abilities of its own, and what the suite takes for granted of most. */
export type Lack =
  | 'wrongCredential'
  | 'refused'
  | 'append'
  | 'truncate'
  | 'writeSlowly'
  | 'many'
  | 'cut'
  | 'freeze'
  | 'changeIdentity'
  /** A listing tells what lies in the place itself and not below it. */
  | 'flatPlaces'
  /** A check tries whether files can be moved and deleted. */
  | 'writeCheck';

/**
 * One such system. What it cannot do it leaves out (objects do not grow, a folder of our own refuses nobody); the suite
 * then says what it did not try.
 */
export interface OutsideSystem {
  /** Why this system lacks something, where the suite's own words for it would be wrong. */
  lacks?: Partial<Record<Lack, string>>;
  /** What connectors are given to reach it, where it is one of ours. */
  context?(): Partial<ConnectorContext>;
  /** Where what this configuration looks at lives; by default an account of its own. */
  home?(config: Json): Home;

  /** A configuration that works, with these keys changed. Its `stable_seconds` is 0 unless they say otherwise. */
  config(more?: Json): Json;
  /** Makes a place of this name below the usual one, and gives a configuration that looks there. */
  below(name: string, more?: Json): Awaitable<Json>;
  /** The configuration with a place that does not exist. */
  nowhere(): Json;
  /** The configuration with a credential that the system refuses. */
  wrongCredential?(): Json;
  /** The configuration with a port on which nothing listens. */
  refused?(): Json;
  /** Puts a file where the connector looks, or replaces it; no listing sees it half. `place/a.csv` lies below. */
  write(name: string, content: Uint8Array): Awaitable<void>;
  /** Adds to a file in its place, as a slow writer does. */
  append?(name: string, content: Uint8Array): Awaitable<void>;
  /** Writes a file in these pieces with a pause after each, as a slow writer that does not add to a file in its place. */
  writeSlowly?(name: string, pieces: readonly Uint8Array[], pauseMs: number): Promise<void>;
  /** Cuts a file in its place, while somebody may be reading it. */
  truncate?(name: string, length: number): Awaitable<void>;
  /** Everything where the connector looks and below, hidden things too: `a.csv`, `processed/a.csv`. */
  files(): Awaitable<string[]>;
  content(name: string): Awaitable<Uint8Array>;
  /** So many small CSV files somewhere; the configuration that looks at them. */
  many?(count: number): Awaitable<Json>;
  /** Ends every connection at once, in the middle of whatever flows. */
  cut?(): void;
  /** The system stands still without closing its connections, or goes on. */
  freeze?(): void;
  thaw?(): void;
  /** Becomes another system at the same place, for those that can tell. Returns how it names itself now. */
  changeIdentity?(): Promise<string>;
  stop(): Promise<void>;
}
