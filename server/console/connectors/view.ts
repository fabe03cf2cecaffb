import type { LastRun } from '../../../db/queries/console-connectors.ts';
import type { CheckResult, Direction } from '../../../shared/connector.ts';
import type { ExecutionStatus } from '../../../shared/execution.ts';
import type { ConnectorView as Connector } from '../../configuration/connectors.ts';

/** A connector as the console shows it. Times are ISO instants; secrets are never in it. */
export interface ConnectorView {
  uid: string;
  name: string;
  direction: Direction;
  type: string;
  config: Record<string, unknown>;
  /** Dotted paths of the secrets that are kept: shown as "saved", typed again only to change them. */
  kept_secrets: string[];
  /** What may be shown beside the fields, for example the public half of a key pair. */
  public_side: Record<string, string>;
  is_enabled: boolean;
  last_check: CheckResult | null;
  created_by: string;
  created_at: string;
  /** Names of the jobs that use it. */
  jobs: string[];
}

/** A card: the connector, its last run, and when data last came or went. */
export interface ConnectorCard extends ConnectorView {
  last_run: { execution_id: string; status: ExecutionStatus; at: string } | null;
  last_data_at: string | null;
}

export function connectorView({ id: _, created_at, ...connector }: Connector): ConnectorView {
  return { ...connector, created_at: created_at.toISOString() };
}

export function connectorCard(connector: Connector, run: LastRun | undefined): ConnectorCard {
  return {
    ...connectorView(connector),
    last_run: run ? { execution_id: run.executionId, status: run.status, at: run.at.toISOString() } : null,
    last_data_at: run?.lastDataAt?.toISOString() ?? null,
  };
}
