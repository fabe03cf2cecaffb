import type { PoolConnection } from 'mysql2/promise';
import type { z } from 'zod';
import type { CheckStep, Direction } from '../../shared/connector.ts';
import type { Schedule } from '../../shared/job.ts';
import type { ByteStream } from '../byte-stream.ts';
import type { KafkaAddress } from '../kafka/cluster.ts';
import type { Log } from '../log.ts';
import type { MailWays } from '../reports/links.ts';
import type { LinkedReport } from '../reports/mail.ts';
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
  /** The account's zone, for times that name none. */
  timezone: string;
  /**
   * Waits for its turn among all calls of this name, in every thread and process, so that there are never more than so
   * many a minute. `name` says whose limit it is, for example the credentials' public half.
   */
  pace(name: string, callsPerMinute: number): Promise<void>;
  /** A hosted inbox of this account, by the name of its connector or by its login. Throws `not_found`. */
  inbox(which: { name: string } | { username: string }): Promise<InboxFolder>;
  /** Absent where nothing is mailed. */
  mail?: MailWays;
}

/** A hosted inbox as connectors read it: what was pushed to us and lies in our own storage. */
export interface InboxFolder {
  /** The name of the connector that reads this inbox instead of the inbox's own; undefined where there is none. */
  readonly readBy?: string | undefined;
  /** Every file, in order of path; `isComplete` false while it is being uploaded or its upload broke off. */
  list(): AsyncIterable<InboxFile>;
  /** Undefined where there is no such file. */
  find(path: string): Promise<InboxFile | undefined>;
  /** Throws `path_missing` for what is not there, `item_changed` when the file is not of the version that is asked for. */
  open(path: string, version?: string): Promise<ByteStream>;
  /** Throws `item_changed` when the file is not of this version any more. */
  move(file: Pick<InboxFile, 'path' | 'version'>, toPath: string): Promise<void>;
  remove(file: Pick<InboxFile, 'path' | 'version'>): Promise<void>;
  /** The server that its senders push to. */
  server(): Promise<InboxServer>;
}

/** The SFTP server of this installation. */
export interface InboxServer {
  /** What senders connect to. */
  host: string;
  port: number;
  /** `SHA256:…`, and the whole line as a known_hosts file has it after the host. */
  hostKey: string;
  publicKey: string;
  /** Whether one has given a sign of life in the last minute. */
  isUp: boolean;
}

export interface InboxFile {
  /** Without a leading slash. */
  path: string;
  version: string;
  size: number;
  modifiedAt: Date;
  isComplete: boolean;
}

/** What a run wants listed. */
export interface ListRequest {
  /** A backfill: what belongs to these days alone (`to` is not in it); by its time of change where a file says no other. */
  range?: { from: Date; to: Date };
  /**
   * What the ledger knows of this location, for sources whose items are slices of time: the greatest key that was read,
   * and the smallest that failed. A source that has no end goes on from there.
   */
  newestDone?: string | undefined;
  oldestFailed?: string | undefined;
}

/** What is done with an item whose rows are stored. */
export type AfterSuccess = 'move' | 'delete';

/** A file, object, page or message that a connector offers. */
export interface SourceItem {
  /** Names the item for ever: its path within the connector's location. */
  key: string;
  /** Changes when its content may have changed (size and modification time, an ETag, an offset). */
  version: string;
  /** Bytes, where known. */
  size: number | undefined;
  /** Where known; a backfill chooses files by it. */
  modifiedAt?: Date | undefined;
  /** `waiting` items are not read now: somebody is still writing them. The reason is shown. */
  readiness: 'ready' | { waiting: string };
}

/** An interaction's audio as its row named it: a path on the connector's own system. */
export interface RecordingRef {
  path: string;
  /** The key of the item whose row named it; the path is relative to it. */
  itemKey: string;
  /** What it is to be: a recording where nothing is said. */
  field?: 'audio_url' | 'transcript_url';
}

/** One conversation with a source, kept open for as long as there is work for it. Closing it never throws. */
export interface SourceSession extends AsyncDisposable {
  /**
   * What is there, lazily and in any order: a listing of any length takes the same memory. Throws when the source cannot
   * be listed: never an empty list instead.
   */
  list(request?: ListRequest): AsyncIterable<SourceItem>;
  /**
   * The item's bytes, decoded by nobody yet: a file as it is, or what an API gave, as NDJSON of canonical fields. Throws
   * `item_changed` when it is no longer what was listed; it then waits for the next run.
   */
  read(item: SourceItem): Promise<ByteStream>;
  /**
   * One recording's bytes. May be called many times at once; the session itself bounds how many flow at a time. A piece
   * is valid only until the next one is asked for: its memory may be used again. Throws `recording_not_yet` where the
   * source knows it and will have it later: it is asked for again for a day.
   */
  recording?(ref: RecordingRef): Promise<ByteStream>;
  /** Whether a link (`s3://bucket/key`) leads into the source's own place, so that recording() reads it as a path. */
  holds?(link: string): boolean;
  /**
   * What this session left out so far, and why, in a person's words: `31 calls left out (without a recording)`. Asked for
   * at the end of a run, and shown beside its counts. An item counts when it was read to its end.
   */
  notes?(): readonly string[];
  /** Moves or deletes an item that was read. Throws `item_changed` when it is another version by now, and leaves it. */
  finish?(item: SourceItem, action: AfterSuccess): Promise<void>;
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

/** A stream of events that a connector type offers instead of items: read continuously, by the role `stream`. */
export interface EventStream {
  kafka: KafkaAddress;
  /** Undefined before the connector was saved. */
  groupId: string | undefined;
  topic: string;
  /** Where a connector begins that has read nothing yet. */
  startFrom: 'earliest' | 'latest';
  /** Where results go; undefined: nowhere. */
  resultsTopic: string | undefined;
  /**
   * One event's value as a JSON object of canonical fields and metadata, as a line of an NDJSON file would have them;
   * undefined for an event that the settings leave out. Throws RowRejected where it cannot be read at all.
   */
  fieldsOf(value: Buffer): Record<string, unknown> | undefined;
}

/** What is known of a connector while it is saved. */
export interface Saving {
  name: string;
  /** Its configuration as it is stored now, without secrets; undefined for a new one. */
  before: Record<string, unknown> | undefined;
}

export interface ConnectorOwner {
  accountId: number;
  connectorId: number;
}

export interface SystemJob {
  schedule: Schedule;
  /** Whether its first run begins when the connector is saved for the first time; never a continuous one's. */
  startsAtOnce: boolean;
  /** Whether it also runs whenever something has come for the connector; for words alone. */
  runsOnArrival?: boolean;
}

/** A kind of outside system. A new one is a folder with this object and a line in registry.ts. */
export interface ConnectorType<Config = unknown> {
  readonly id: string;
  readonly title: string;
  /** One line for the card in "New connector". */
  readonly summary: string;
  readonly directions: readonly Direction[];
  /** What must be ready on the other side, one sentence each; the form shows them above its fields, by direction. */
  readonly prerequisites: Partial<Record<Direction, readonly string[]>>;
  /** The job that the product makes when such a connector is saved, and that goes with it. */
  readonly systemJob?: SystemJob;
  /** The one schema: the form is drawn from it, the YAML and the console are checked with it, `secret()` fields are sealed. */
  readonly config: z.ZodType<Config>;
  /** Throws `invalid` with the field (`config.…`) for what a connector of this direction cannot have. */
  readonly requireFit?: (config: Config, direction: Direction) => void;
  /** Fields the product fills in by itself (a key pair) when a connector is saved; undefined where there are none. */
  readonly prepare?: (config: Config, saving: Saving) => Promise<Config>;
  /** What may be shown of the configuration beyond its fields, for example the public half of a key pair. */
  readonly publicSide?: (
    config: Config,
    inboxServer: () => Promise<InboxServer>,
  ) => Record<string, string> | Promise<Record<string, string>>;
  /**
   * Called in the transaction that saves a connector, for what the type keeps in tables of its own. Throws AppErrors
   * about fields (`conflict` for a login that is taken).
   */
  readonly saved?: (connection: PoolConnection, owner: ConnectorOwner, config: Config) => Promise<void>;
  /** The configuration as it is exported, where something of it is this connector's alone. What is left out stays as it is at an import. */
  readonly exported?: (config: Record<string, unknown>) => Record<string, unknown>;
  /** Called in the transaction that deletes one. */
  readonly removed?: (connection: PoolConnection, owner: ConnectorOwner) => Promise<void>;
  /** Tries what the direction needs, step by step; ends with the first step that fails. */
  check(config: Config, direction: Direction, context: ConnectorContext): AsyncIterable<CheckStep>;
  /** Where it points and how its items are read: another location forgets what was read at the old one. */
  location(config: Config): string;
  readonly source?: (config: Config, context: ConnectorContext) => Promise<SourceSession>;
  /** Types that have it are read without an end; their `source`, if any, is asked for recordings alone. */
  readonly stream?: (config: Config) => EventStream;
  readonly sink?: (config: Config, context: ConnectorContext) => Promise<SinkSession>;
  /**
   * In the place of `sink`: the report goes out as one mail with links to its files, of at most 1,000 rows each. What was
   * sent cannot be taken back, so this is called once, and again only where it threw.
   */
  readonly mail?: (config: Config, report: LinkedReport, context: ConnectorContext) => Promise<Receipt>;
}
