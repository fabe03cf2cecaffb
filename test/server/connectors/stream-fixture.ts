import type { ConnectorType } from '../../../server/connectors/connector.ts';

type Json = Record<string, unknown>;

/**
 * A real system of one type that is read as a stream, for the suite in contract-stream.ts. Exported as `streamFixture` by
 * `test/server/connectors/<id>/fixture.ts`.
 */
export interface StreamFixture {
  /** Ways to set the system up that a customer may choose between. */
  variants: {
    name: string;
    /** Why this machine cannot start it; undefined where it can. */
    missing(): string | undefined;
    start(): Promise<StreamSystem>;
  }[];
  /** The same type with another patience, so that its watchdog can be seen at work. */
  withTimeout(timeoutMs: number): ConnectorType;
}

export interface StreamSystem {
  /** A configuration that works, with these keys changed. */
  config(more?: Json): Json;
  /** The same with a credential that the system refuses; missing where it asks for none. */
  wrongCredential?(): Json;
  /** The same with a port on which nothing listens. */
  refused(): Json;
  /** The same with a host name that does not exist. */
  unknownHost(): Json;
  /** The same with a stream that is not there. */
  nowhere(): Json;
  /** Adds an event whose interaction has this id. */
  send(id: string): Promise<void>;
  /** How many events there are: a check must not add any. */
  count(): Promise<number>;
  /** The system stands still without closing its connections, or goes on. */
  freeze?(): void;
  thaw?(): void;
  stop(): Promise<void>;
}
