import type { z } from 'zod';
import type { CheckStep, Direction } from '../../shared/connector.ts';
import type { ByteStream } from '../byte-stream.ts';
import type { Log } from '../log.ts';
import type { Egress } from '../security/egress.ts';

/** What every call into a connector is given. */
export interface ConnectorContext {
  /** Aborts when the execution is cancelled or the lease is lost; every wait must listen to it. */
  signal: AbortSignal;
  /** The only way out: resolves a host name and refuses private and loopback addresses that are not allowed. */
  egress: Egress;
  log: Log;
  /**
   * Remembers the host key that was seen on the first connection of a connector without one; from then on another key is
   * refused. Where it is missing (a check), a run without a pinned key fails with `host_key_unknown`.
   */
  pin?(hostKey: string): Promise<void>;
}

/** A file, object, page or message that a connector offers. */
export interface SourceItem {
  /** Names the item for ever: its path within the connector's location. */
  key: string;
  /** Changes when its content may have changed (size and modification time, an ETag, an offset). */
  version: string;
  /** Bytes, where known. */
  size: number | undefined;
  /** `waiting` items are not read now: somebody is still writing them. The reason is shown. */
  readiness: 'ready' | { waiting: string };
}

/** An interaction's audio as its row named it: a path on the connector's own system. */
export interface RecordingRef {
  path: string;
  /** The key of the item whose row named it; the path is relative to it. */
  itemKey: string;
}

/** One conversation with a source, kept open for as long as there is work for it. Closing it never throws. */
export interface SourceSession extends AsyncDisposable {
  /** What is there, lazily and in order of key. Throws when the source cannot be listed: never an empty list instead. */
  list(): AsyncIterable<SourceItem>;
  /** The item's bytes, decoded by nobody yet. Throws `item_changed` when it is no longer what was listed. */
  read(item: SourceItem): Promise<ByteStream>;
  /**
   * One recording's bytes. May be called many times at once; the session itself bounds how many flow at a time. A piece
   * is valid only until the next one is asked for: its memory may be used again.
   */
  recording?(ref: RecordingRef): Promise<ByteStream>;
}

/** One file of a report on its way out. */
export interface DeliveryPart {
  fileName: string;
  byteSize: number;
  sha256: string;
  open(): Promise<ByteStream>;
}

/** Where it ended, in words that a person can follow: `sftp://host/reports/calls.csv`. */
export interface Receipt {
  location: string;
  byteSize: number;
}

/** One conversation with a destination. */
export interface SinkSession extends AsyncDisposable {
  /** Repeatable: delivering the same part twice leaves one file. A broken delivery leaves no half file under its name. */
  deliver(part: DeliveryPart): Promise<Receipt>;
}

/** A kind of outside system. A new one is a folder with this object and a line in registry.ts. */
export interface ConnectorType<Config = unknown> {
  readonly id: string;
  readonly title: string;
  /** One line for the card in "New connector". */
  readonly summary: string;
  readonly directions: readonly Direction[];
  /** The one schema: the form is drawn from it, the YAML and the console are checked with it, `secret()` fields are sealed. */
  readonly config: z.ZodType<Config>;
  /** Fields the product fills in by itself (a key pair) when a connector is saved; undefined where there are none. */
  readonly prepare?: (config: Config) => Promise<Config>;
  /** What may be shown of the configuration beyond its fields, for example the public half of a key pair. */
  readonly publicSide?: (config: Config) => Record<string, string>;
  /** Tries what the direction needs, step by step; ends with the first step that fails. */
  check(config: Config, direction: Direction, context: ConnectorContext): AsyncIterable<CheckStep>;
  /** Where it points and how its items are read: another location forgets what was read at the old one. */
  location(config: Config): string;
  readonly source?: (config: Config, context: ConnectorContext) => Promise<SourceSession>;
  readonly sink?: (config: Config, context: ConnectorContext) => Promise<SinkSession>;
}
