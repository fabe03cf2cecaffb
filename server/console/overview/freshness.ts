import { type ConnectorStream, selectConnectorStreams } from '../../../db/queries/console-streams.ts';
import { type ConnectorFreshness, selectFreshness } from '../../../db/queries/overview-freshness.ts';
import type { Direction } from '../../../shared/connector.ts';
import type { StreamState } from '../../../shared/stream.ts';
import { streamTypes } from '../../connectors/registry.ts';
import type { Services } from '../../services.ts';
import { type LastRunView, lastRunView } from '../last-run.ts';
import { adminOfConsole } from '../trpc.ts';

/**
 * `late`: its time has passed and nothing ran, a file that it expects has not come, or it has brought nothing for longer than
 * it may. `failing`: the newest run failed. `partly`: it went well in part. `on_time`: it went well; one that was cancelled
 * or skipped says none of these. `not_yet`: no run has ended yet. `no_job`: no enabled job uses it. `paused`: disabled.
 */
export type Freshness = 'on_time' | 'running' | 'late' | 'failing' | 'partly' | 'not_yet' | 'no_job' | 'paused';

/** How fresh a connector's data are. Times are ISO instants. */
export interface FreshnessView {
  uid: string;
  name: string;
  direction: Direction;
  state: Freshness;
  last_data_at: string | null;
  last_run: LastRunView | null;
  next_due_at: string | null;
  misses_data: boolean;
  /** Of one that is read continuously: how that stands, in place of `state`. */
  stream: { state: StreamState; lag: number | null; last_event_at: string | null } | null;
}

/** Firing takes its time; what is a little over its time is not late. */
const graceMs = 2 * 60_000;

/** By name. */
export const freshness = adminOfConsole.query(({ ctx }): Promise<FreshnessView[]> => {
  return readFreshness(ctx.services, ctx.session.accountId, new Date());
});

export async function readFreshness(services: Services, accountId: number, now: Date): Promise<FreshnessView[]> {
  const { pool } = services.database;
  const [connectors, streams] = await Promise.all([
    selectFreshness(pool, accountId),
    selectConnectorStreams(pool, { accountId, types: streamTypes }),
  ]);
  const streamOf = new Map(streams.map((stream) => [stream.connectorId, stream]));
  return connectors.map((connector) => view(connector, streamOf.get(connector.id), now));
}

function view(connector: ConnectorFreshness, stream: ConnectorStream | undefined, now: Date): FreshnessView {
  const { uid, name, direction, lastRun, nextDueAt, missesData } = connector;
  return {
    ...{ uid, name, direction, state: freshnessOf(connector, now), misses_data: missesData },
    last_data_at: lastRun?.lastDataAt?.toISOString() ?? null,
    last_run: lastRunView(lastRun),
    next_due_at: nextDueAt?.toISOString() ?? null,
    stream: stream
      ? { state: stream.state, lag: stream.lag ?? null, last_event_at: stream.lastEventAt?.toISOString() ?? null }
      : null,
  };
}

/** What is told first is what somebody has to do something about. */
export function freshnessOf(
  { isEnabled, enabledJobs, isRunning, outcome, nextDueAt, missesData }: ConnectorFreshness,
  now: Date,
): Freshness {
  if (!isEnabled) return 'paused';
  if (enabledJobs === 0) return 'no_job';
  if (isRunning) return 'running';
  const isOverdue = nextDueAt !== null && now.getTime() - nextDueAt.getTime() > graceMs;
  if (isOverdue || missesData) return 'late';
  if (!outcome) return 'not_yet';
  if (outcome === 'handler_failed' || outcome === 'delivery_failed') return 'failing';
  return outcome === 'partial_success' ? 'partly' : 'on_time';
}
