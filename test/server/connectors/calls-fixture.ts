import type { ConnectorType } from '../../../server/connectors/connector.ts';

type Json = Record<string, unknown>;

/**
 * A real, local system of one call-API type, for the suite in calls-contract.ts. Exported as `callsFixture` by
 * `test/server/connectors/<id>/fixture.ts`.
 */
export interface CallsFixture {
  kind: 'calls';
  /** Ways to set the system up that a customer may choose between. */
  /** `readsAsBefore`: only its sign-in or its place is another one, so what takes longest is not tried a second time. */
  variants: { name: string; start(): Promise<CallsSystem>; readsAsBefore?: true }[];
  /** The same type with another patience, so that its watchdog can be seen at work: head and silence of each answer. */
  withTimeout(timeoutMs: number): ConnectorType;
}

export interface FixtureCall {
  /** What becomes the external_interaction_id. */
  id: string;
  startedAt: Date;
  /** 60 where it does not matter. */
  durationSeconds?: number;
  /** The call is still going on: the system lists it, or not, as the real one does, until endCall(). */
  isLive?: true;
  /**
   * `here` (the default); `late`: the system will have it after recordingArrives(), and says until then what the real one
   * says; `html`: it answers 200 with a web page.
   */
  recording?: 'here' | 'late' | 'html';
}

export interface CallsSystem {
  /** A configuration that works and takes every call of addCalls(), with these keys changed. */
  config(more?: Json): Json;
  /** The same with a credential that the system refuses. */
  wrongCredential(): Json;
  /** The same with a port on which nothing listens. */
  refused(): Json;
  /** The same with a host name that does not exist (end it in `.invalid`). */
  unknownHost(): Json;
  /**
   * Adds calls; a number stands for so many ended calls `bulk-000000`, …, spread over the whole of yesterday in the zone of
   * config(), each with a recording. Keep them as a number: there may be 100,000, and the suite measures memory.
   */
  addCalls(calls: number | FixtureCall[]): void;
  removeCalls(): void;
  endCall(id: string): void;
  recordingArrives(id: string): void;
  /** The bytes of every recording that is `here`. */
  audio(): Uint8Array;
  /** The next answer that holds calls breaks off in its middle, the connection with it. */
  dropMiddle(): void;
  /** The system stands still without closing its connections, or goes on. */
  freeze(): void;
  thaw(): void;
  /** The next `count` requests for calls are too many: 429 with Retry-After. Missing where the real system has no limit. */
  refuseNext?(count: number, retryAfterSeconds: number): void;
  /** `GET /path?query` of every request so far, sign-ins too. */
  requests(): string[];
  stop(): Promise<void>;
}

const hourMs = 3_600_000;

/** An instant of which every zone says that it is yesterday or today, and that is past. */
export function hoursAgo(hours: number): Date {
  return new Date(Date.now() - hours * hourMs);
}

const dayMs = 24 * hourMs;

/** Calls that are computed, spread over a day that stays the same one although midnight passes. */
export interface Bulk {
  count: number;
  /** When that day begins. */
  fromMs: number;
}

/** So many calls of yesterday, in a zone that is so far ahead of UTC. */
export function bulkOfYesterday(count: number, zoneMs: number): Bulk {
  return { count, fromMs: Math.floor((Date.now() + zoneMs) / dayMs - 1) * dayMs - zoneMs };
}
