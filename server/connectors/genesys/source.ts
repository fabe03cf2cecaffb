import type { ByteStream } from '../../byte-stream.ts';
import { type DaySlice, daySlice, itemOf, type SliceSettings, slicesToList } from '../calls/day-slices.ts';
import { LeftOut } from '../calls/left-out.ts';
import type { ConnectorContext, ListRequest, RecordingRef, SourceItem, SourceSession } from '../connector.ts';
import { type ApiOptions, GenesysApi } from './api.ts';
import { type GenesysConfig, hasQuotas } from './config.ts';
import type { Conversation } from './conversation.ts';
import { completeUntil, jobPages } from './job.ts';
import { filtersOf, type Plan, planOf } from './plan.ts';
import { firstQueried, queriedPages } from './query.ts';
import { GenesysRecordings } from './recordings.ts';
import { rowOf } from './row.ts';
import { type Leaving, Selection } from './selection.ts';
import { waitingReason } from './waiting-reason.ts';

const dayMs = 86_400_000;
/** The near-real-time query reaches 35 days back; the day at its edge is left to jobs. */
const queryDays = 34;

/** Opens nothing yet: each request is a connection of its own. */
export async function openSource(
  config: GenesysConfig,
  context: ConnectorContext,
  options: ApiOptions = {},
): Promise<SourceSession> {
  return new GenesysSource(config, context, options);
}

class GenesysSource implements SourceSession {
  readonly #config: GenesysConfig;
  readonly #context: ConnectorContext;
  readonly #options: ApiOptions;
  readonly #api: GenesysApi;
  readonly #recordings: GenesysRecordings;
  readonly #settings: SliceSettings;
  #plan: Promise<Plan> | undefined;
  #completeUntil: Promise<Date> | undefined;
  #isBackfill = false;
  readonly #leftOut = new LeftOut();

  constructor(config: GenesysConfig, context: ConnectorContext, options: ApiOptions) {
    this.#config = config;
    this.#context = context;
    this.#options = options;
    this.#api = new GenesysApi(config, context, options);
    this.#recordings = new GenesysRecordings(config, context, this.#api, options);
    this.#settings = {
      timezone: config.timezone ?? context.timezone,
      lookbackDays: config.lookback_days,
      settleHours: config.settle_hours,
    };
  }

  async *list(request: ListRequest = {}): AsyncGenerator<SourceItem> {
    const now = new Date();
    const slices = slicesToList(request, this.#settings, now);
    this.#isBackfill = request.range !== undefined;
    await this.#requireAnswer(now);
    const complete = this.#config.participant_attributes ? await this.#knownCompleteUntil() : undefined;
    for (const slice of slices) yield this.#itemOf(slice, now, complete);
  }

  async read({ key, version }: SourceItem): Promise<ByteStream> {
    // A ledger's version after a backfill names the execution behind an @.
    return this.#lines(daySlice(key, this.#settings.timezone), this.#isBackfill || version.includes('@'));
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

  /** A list of days alone would come from a dead or closed system, too; and names must be right before a day is read. */
  async #requireAnswer(now: Date): Promise<void> {
    const lastMinute = { start: new Date(now.getTime() - 60_000), end: now };
    await firstQueried(this.#api, filtersOf(await this.#planned()), lastMinute, 1);
  }

  #itemOf(slice: DaySlice, now: Date, complete: Date | undefined): SourceItem {
    const item = itemOf(slice, this.#settings, now);
    const waiting = waitingReason(slice, {
      settings: this.#settings,
      needsWholeDay: hasQuotas(this.#config),
      ...{ now, complete },
    });
    return waiting === undefined ? item : { ...item, readiness: { waiting } };
  }

  /** The chosen conversations of a day, a page at a time. */
  async *#lines(slice: DaySlice, isBackfill: boolean): AsyncGenerator<Uint8Array> {
    const plan = await this.#planned();
    const selection = new Selection(plan, slice);
    const counts: Counts = { taken: 0 };
    for await (const conversations of await this.#pages(slice, plan, isBackfill)) {
      const lines: string[] = [];
      for (const conversation of conversations) {
        const chosen = selection.choose(conversation);
        const outcome = typeof chosen === 'string' ? chosen : 'taken';
        counts[outcome] = (counts[outcome] ?? 0) + 1;
        if (typeof chosen !== 'string') lines.push(`${JSON.stringify(rowOf(conversation, chosen, plan))}\n`);
      }
      if (lines.length > 0) yield Buffer.from(lines.join(''));
    }
    this.#tell(slice, counts);
  }

  #tell({ key: day }: DaySlice, counts: Counts): void {
    this.#context.log.debug({ day, ...counts }, 'conversations were read');
    for (const [leaving, reason] of Object.entries(reasons) as [Leaving, string][])
      this.#leftOut.add(reason, counts[leaving] ?? 0);
  }

  async #pages(slice: DaySlice, plan: Plan, isBackfill: boolean): Promise<AsyncIterable<Conversation[]>> {
    const filters = filtersOf(plan);
    const isOld = slice.start.getTime() < Date.now() - queryDays * dayMs;
    const wantsJob = isBackfill || this.#config.participant_attributes;
    const byJob = isOld || (wantsJob && slice.end <= (await this.#knownCompleteUntil()));
    return byJob
      ? jobPages(this.#api, filters, slice, this.#options)
      : queriedPages(this.#api, filters, soFar(slice, new Date()));
  }

  #planned(): Promise<Plan> {
    this.#plan ??= planOf(this.#api, this.#config, this.#context.log);
    this.#plan.catch(() => {
      this.#plan = undefined;
    });
    return this.#plan;
  }

  #knownCompleteUntil(): Promise<Date> {
    this.#completeUntil ??= completeUntil(this.#api);
    this.#completeUntil.catch(() => {
      this.#completeUntil = undefined;
    });
    return this.#completeUntil;
  }
}

type Counts = { taken: number } & Partial<Record<Leaving, number>>;

/** What a person is told; live conversations come later, those of other days with these. */
const reasons: Partial<Record<Leaving, string>> = {
  not_recorded: 'without a recording',
  filtered: 'filtered',
  sampled_out: 'not in the sample',
  over_quota: 'over the quotas',
};

/** A day that is not over ends now: what begins while it is read comes with the next run. */
function soFar({ start, end }: DaySlice, now: Date): { start: Date; end: Date } {
  return { start, end: now > start && now < end ? now : end };
}
