type Json = Record<string, unknown>;

/** A real outside system of one connector type, for the contract suite. Each connector folder's test has one. */
export interface ConnectorFixture {
  /** Ways to set the system up that a customer may choose between, for example kinds of sign-in. */
  variants: { name: string; start(): Promise<OutsideSystem> }[];
}

export interface OutsideSystem {
  /** A configuration that works, with these keys changed. */
  config(more?: Json): Json;
  /** The same with a credential that the system refuses. */
  wrongCredential(): Json;
  /** The same with a port on which nothing listens. */
  refused(): Json;
  /** Puts a file where the connector looks, or replaces it. */
  write(name: string, content: Uint8Array): void;
  append(name: string, content: Uint8Array): void;
  truncate(name: string, length: number): void;
  /** All files where the connector looks, hidden ones too. */
  files(): string[];
  content(name: string): Uint8Array;
  /** The system stands still without closing its connections, or goes on. */
  freeze(): void;
  thaw(): void;
  /** Becomes another system at the same place, for those that can tell. Returns how it names itself now. */
  changeIdentity?(): Promise<string>;
  stop(): Promise<void>;
}
