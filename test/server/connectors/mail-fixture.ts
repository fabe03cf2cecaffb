import type { ConnectorContext } from '../../../server/connectors/connector.ts';

type Json = Record<string, unknown>;

/** A connector type whose reports go out as mails, and what stands for the service that sends them. */
export interface MailFixture {
  start(): Promise<MailSystem>;
}

export interface MailSystem {
  /** A configuration that works, with these keys changed. */
  config(more?: Json): Json;
  context(): Partial<ConnectorContext>;
  /** What the service has taken, the oldest first. */
  sent(): { to: string[]; subject: string; text: string; html: string }[];
  /** The next calls are refused so: the recipient or the sender is not verified, too many at a time, wrong credentials. */
  refuse(how: 'sandbox' | 'unverified' | 'throttled' | 'quota' | 'credentials'): void;
  /** Nobody answers any more. */
  away(): Promise<void>;
  stop(): Promise<void>;
}
