import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { Semaphore } from '../../semaphore.ts';
import { daySlice, itemOf, slicesToList } from '../calls/day-slices.ts';
import type {
  AfterSuccess,
  ConnectorContext,
  ListRequest,
  RecordingRef,
  SourceItem,
  SourceSession,
} from '../connector.ts';
import { limitedStream } from '../limited-stream.ts';
import { AppServer } from './app-server.ts';
import type { Ecc4xConfig } from './config.ts';
import { EccDatabase } from './database/database.ts';
import { InboxReports } from './inbox-report.ts';
import { readReference } from './reference.ts';
import { RowReader } from './row.ts';
import { ndjsonOf, type RowSource, today } from './rows.ts';
import { VoiceLog } from './voice-log/voice-log.ts';

/** For tests; a customer's servers have the usual time. */
export interface Patience {
  /** Until a server answers, and its longest silence. */
  timeoutMs?: number | undefined;
}

/** An on-premise ECC serves its agents first. */
const downloadsAtOnce = 4;

/** Opens a conversation with ECC: nothing is asked before something is wanted. */
export async function openSource(
  config: Ecc4xConfig,
  context: ConnectorContext,
  patience: Patience = {},
): Promise<SourceSession> {
  const recordings = new Recordings(config, context, patience);
  return config.source.kind === 'sftp_report'
    ? new ReportSession(new InboxReports(config.source, context), recordings)
    : new RowSession(rowSourceOf(config, context, patience), recordings, config);
}

/** The rows of an app server or a database. Reports are files. */
export function rowSourceOf(config: Ecc4xConfig, context: ConnectorContext, { timeoutMs }: Patience): RowSource {
  const { source, timezone, certificate_authority } = config;
  const settings = { timezone, certificate_authority };
  if (source.kind === 'app_server') return new AppServer(source, { ...settings, timeoutMs }, context);
  if (source.kind === 'database')
    return new EccDatabase(source, { ...settings, connectTimeoutMs: timeoutMs, graceMs: timeoutMs }, context);
  throw new AppError('internal', 'A report has no rows of its own; it is a file.');
}

export function rowReaderOf({ column_mapping: mapping, timezone, row_defaults: defaults }: Ecc4xConfig): RowReader {
  return new RowReader({ mapping, timezone, defaults });
}

/** What every row has to have. */
export function requiredColumns({ source, voice_log }: Ecc4xConfig): string[] {
  const needsCampaign = voice_log.api === 'rest_v4' && voice_log.campaign_id === undefined;
  return source.kind !== 'sftp_report' && needsCampaign
    ? ['external_interaction_id', voice_log.campaign_id_column]
    : ['external_interaction_id'];
}

/** All that a query without days gives; another version at each listing, so that each run reads it again. */
function wholeItem(now: Date): SourceItem {
  return { key: 'query', version: `open-${now.toISOString()}`, size: undefined, readiness: 'ready' };
}

class Recordings {
  readonly #voiceLog: VoiceLog;
  readonly #timezone: string;
  readonly #downloads = new Semaphore(downloadsAtOnce);

  constructor(config: Ecc4xConfig, context: ConnectorContext, { timeoutMs }: Patience) {
    const { voice_log, certificate_authority, timezone } = config;
    this.#voiceLog = new VoiceLog(voice_log, { certificate_authority, timeoutMs }, context);
    this.#timezone = timezone;
  }

  open({ path }: RecordingRef): Promise<ByteStream> {
    const reference = readReference(path, this.#timezone);
    return limitedStream(this.#downloads, () => this.#voiceLog.open(reference));
  }
}

class ReportSession implements SourceSession {
  readonly #reports: InboxReports;
  readonly #recordings: Recordings;

  constructor(reports: InboxReports, recordings: Recordings) {
    this.#reports = reports;
    this.#recordings = recordings;
  }

  list(request?: ListRequest): AsyncIterable<SourceItem> {
    return this.#reports.list(request);
  }

  read(item: SourceItem): Promise<ByteStream> {
    return this.#reports.read(item);
  }

  async recording(ref: RecordingRef): Promise<ByteStream> {
    return await this.#recordings.open(ref);
  }

  finish(item: SourceItem, action: AfterSuccess): Promise<void> {
    return this.#reports.finish(item, action);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is kept open between two questions.
  }
}

class RowSession implements SourceSession {
  readonly #rows: RowSource;
  readonly #recordings: Recordings;
  readonly #config: Ecc4xConfig;
  readonly #reader: RowReader;

  constructor(rows: RowSource, recordings: Recordings, config: Ecc4xConfig) {
    this.#rows = rows;
    this.#recordings = recordings;
    this.#config = config;
    this.#reader = rowReaderOf(config);
  }

  async *list(request: ListRequest = {}): AsyncGenerator<SourceItem> {
    // A server that cannot be reached fails once, and not once for each day.
    await this.#rows.reach();
    const { timezone, lookback_days, settle_hours } = this.#config;
    const settings = { timezone, lookbackDays: lookback_days, settleHours: settle_hours };
    const now = new Date();
    if (this.#rows.isWhole) yield wholeItem(now);
    else for (const slice of slicesToList(request, settings, now)) yield itemOf(slice, settings, now);
  }

  async read({ key }: SourceItem): Promise<ByteStream> {
    const { timezone } = this.#config;
    const pages = this.#rows.pages(this.#rows.isWhole ? today(timezone) : daySlice(key, timezone));
    return ndjsonOf(pages, this.#reader, requiredColumns(this.#config));
  }

  async recording(ref: RecordingRef): Promise<ByteStream> {
    return await this.#recordings.open(ref);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is kept open between two questions.
  }
}
