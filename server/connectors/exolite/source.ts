import { DateTime } from 'luxon';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { type DaySlice, itemOf, type SliceSettings, slicesToList } from '../calls/day-slices.ts';
import { LeftOut } from '../calls/left-out.ts';
import { WallClock } from '../calls/wall-clock.ts';
import type { ConnectorContext, ListRequest, RecordingRef, SourceItem, SourceSession } from '../connector.ts';
import { type ApiOptions, ExotelApi } from './api.ts';
import { type Leaving, leavingOf, rowOf } from './call-row.ts';
import type { ExoliteConfig } from './config.ts';
import { ExotelRecordings } from './recordings.ts';

/** Opens nothing yet: each request is a connection of its own. */
export async function openSource(
  config: ExoliteConfig,
  context: ConnectorContext,
  options: ApiOptions = {},
): Promise<SourceSession> {
  return new ExoliteSource(config, context, options);
}

class ExoliteSource implements SourceSession {
  readonly #config: ExoliteConfig;
  readonly #context: ConnectorContext;
  readonly #api: ExotelApi;
  readonly #recordings: ExotelRecordings;
  readonly #leftOut = new LeftOut();

  constructor(config: ExoliteConfig, context: ConnectorContext, options: ApiOptions) {
    this.#config = config;
    this.#context = context;
    this.#api = new ExotelApi(config, context, options);
    this.#recordings = new ExotelRecordings(config, context, this.#api, options);
  }

  async *list(request: ListRequest = {}): AsyncGenerator<SourceItem> {
    const now = new Date();
    const settings = sliceSettings(this.#config);
    const slices = withinReach(slicesToList(request, settings, now), request, this.#config, now);
    await this.#requireAnswer(now);
    for (const slice of slices) yield itemOf(slice, settings, now);
  }

  async read({ key }: SourceItem): Promise<ByteStream> {
    return this.#lines(key);
  }

  recording(ref: RecordingRef): Promise<ByteStream> {
    return this.#recordings.open(ref);
  }

  notes(): string[] {
    return this.#leftOut.notes();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  /** A list of days alone would come from a dead or closed system, too. */
  async #requireAnswer(now: Date): Promise<void> {
    const moment = new WallClock(this.#config.timezone).textOf(now);
    for await (const _ of this.#api.pages(moment, moment, { PageSize: 1 })) return;
  }

  /** The calls of a day, a page at a time. */
  async *#lines(day: string): AsyncGenerator<Uint8Array> {
    const clock = new WallClock(this.#config.timezone);
    const counts = { taken: 0, filtered: 0, no_recording: 0 };
    let announced: number | undefined;
    for await (const { total, calls } of this.#api.pages(
      `${day} 00:00:00`,
      `${day} 23:59:59`,
      filterOf(this.#config),
    )) {
      announced ??= total;
      const lines = calls.flatMap((call) => {
        const leaving = leavingOf(call, this.#config);
        counts[leaving ?? 'taken']++;
        return leaving ? [] : [`${JSON.stringify(rowOf(call, clock))}\n`];
      });
      if (lines.length > 0) yield Buffer.from(lines.join(''));
    }
    this.#tell(day, counts, announced);
  }

  /** The documents do not say what Total counts, so that fewer came is no failure, but somebody should look. */
  #tell(day: string, counts: Record<Leaving | 'taken', number>, announced = 0): void {
    const { log } = this.#context;
    log.debug({ day, ...counts }, 'calls were read; those without a recording are left out');
    this.#leftOut.add('without a recording', counts.no_recording);
    this.#leftOut.add('filtered', counts.filtered);
    const read = counts.taken + counts.filtered + counts.no_recording;
    if (read < announced) log.warn({ day, announced, read }, 'Exotel announced more calls of this day than it listed');
  }
}

export function sliceSettings({ timezone, lookback_days, settle_hours }: ExoliteConfig): SliceSettings {
  return { timezone, lookbackDays: lookback_days, settleHours: settle_hours };
}

/** Exotel takes one status and one direction; of several, all calls are asked for and chosen from here. */
export function filterOf({ statuses, directions }: ExoliteConfig): Record<string, string | undefined> {
  return {
    Status: statuses.length === 1 ? statuses[0] : undefined,
    Direction: directions.length === 1 ? directions[0] : undefined,
  };
}

const monthsBack = 6;

/** Exotel answers about the last six months. A backfill that begins before them fails; a run that goes on begins there. */
function withinReach(slices: DaySlice[], { range }: ListRequest, config: ExoliteConfig, now: Date): DaySlice[] {
  const earliest = DateTime.fromJSDate(now, { zone: config.timezone }).minus({ months: monthsBack }).plus({ days: 1 });
  const earliestKey = earliest.toISODate() ?? '';
  const reached = slices.filter(({ key }) => key >= earliestKey);
  if (range && reached.length < slices.length)
    throw new AppError(
      'invalid',
      `Exotel gives calls of the last ${monthsBack} months only: ${earliestKey} is the earliest day that can be read, and this begins with ${slices[0]?.key}. Begin later.`,
    );
  return reached;
}
