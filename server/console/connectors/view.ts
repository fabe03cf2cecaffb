import type { ConnectorLastRun } from '../../../db/queries/last-runs.ts';
import type { ConnectorView as Connector } from '../../configuration/connectors.ts';
import { streamTypes } from '../../connectors/registry.ts';
import { type LastRunView, lastRunView } from '../last-run.ts';

/** A connector as the console shows it. Times are ISO instants; secrets are never in it. */
export interface ConnectorView extends Omit<Connector, 'id' | 'created_at'> {
  created_at: string;
  /** Whether it is read continuously, by its own job alone. */
  has_stream: boolean;
}

/** A card: the connector, its last run, and when data last came or went. */
export interface ConnectorCard extends ConnectorView {
  last_run: LastRunView | null;
  last_data_at: string | null;
}

export function connectorView({ id: _, created_at, ...connector }: Connector): ConnectorView {
  return { ...connector, created_at: created_at.toISOString(), has_stream: streamTypes.includes(connector.type) };
}

export function connectorCard(connector: Connector, run: ConnectorLastRun | undefined): ConnectorCard {
  return {
    ...connectorView(connector),
    last_run: lastRunView(run),
    last_data_at: run?.lastDataAt?.toISOString() ?? null,
  };
}
