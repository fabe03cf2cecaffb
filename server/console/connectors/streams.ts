import {
  type ConnectorStream,
  selectConnectorStreams,
  selectWaitingResults,
  type WaitingResults,
} from '../../../db/queries/console-streams.ts';
import type { StreamState } from '../../../shared/stream.ts';
import { streamTypes } from '../../connectors/registry.ts';
import { adminOfConsole } from '../trpc.ts';

/** How a connector's stream stands now. Times are ISO instants. */
export interface StreamView {
  /** The connector's. */
  uid: string;
  state: StreamState;
  /** Processes that read it. */
  readers: number;
  partitions: number;
  /** Events that are not stored yet; null while nobody reads a partition, for then nobody knows. */
  lag: number | null;
  events_per_second: number;
  last_event_at: string | null;
  /** How often reading was begun anew because it had stopped. */
  restarts: number;
  error: string | null;
  /** Results that wait to be sent back, and why the last try failed. */
  results: { waiting: number; error: string | null };
}

/** The account's streams; small, because it is asked for again and again while they flow. */
export const streams = adminOfConsole.query(async ({ ctx }): Promise<StreamView[]> => {
  const { pool } = ctx.services.database;
  const { accountId } = ctx.session;
  const found = await selectConnectorStreams(pool, { accountId, types: streamTypes });
  const waiting = found.length > 0 ? await selectWaitingResults(pool, accountId) : new Map<number, WaitingResults>();
  return found.map((stream) => view(stream, waiting.get(stream.connectorId)));
});

function view(stream: ConnectorStream, results: WaitingResults | undefined): StreamView {
  const { connectorUid: uid, state, readers, partitions, lag, eventsPerSecond, lastEventAt, restarts, error } = stream;
  return {
    ...{ uid, state, readers, partitions, restarts, events_per_second: eventsPerSecond },
    lag: lag ?? null,
    last_event_at: lastEventAt?.toISOString() ?? null,
    error: error ?? null,
    results: { waiting: results?.count ?? 0, error: results?.error ?? null },
  };
}
