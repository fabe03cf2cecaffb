import type { Pool } from 'mysql2/promise';
import {
  type ConnectorStream,
  selectConnectorStreams,
  selectWaitingResults,
  type WaitingResults,
} from '../../db/queries/console-streams.ts';
import type { StreamState } from '../../shared/stream.ts';
import { streamTypes } from '../connectors/registry.ts';

/** How a connector's stream stands now. Times are ISO instants. */
export interface StreamView {
  /** The connector's. */
  uid: string;
  name: string;
  state: StreamState;
  /** Threads that read it, of all processes. */
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

/** The account's streams, by the connectors' names. */
export async function listStreams(pool: Pool, accountId: number): Promise<StreamView[]> {
  const found = await selectConnectorStreams(pool, { accountId, types: streamTypes });
  const waiting = found.length > 0 ? await selectWaitingResults(pool, accountId) : new Map<number, WaitingResults>();
  return found.map((stream) => view(stream, waiting.get(stream.connectorId)));
}

function view(stream: ConnectorStream, results: WaitingResults | undefined): StreamView {
  const { connectorUid, connectorName, state, readers, partitions, lag, lastEventAt, restarts, error } = stream;
  return {
    ...{ uid: connectorUid, name: connectorName, state, readers, partitions, restarts },
    events_per_second: stream.eventsPerSecond,
    lag: lag ?? null,
    last_event_at: lastEventAt?.toISOString() ?? null,
    error: error ?? null,
    results: { waiting: results?.count ?? 0, error: results?.error ?? null },
  };
}
