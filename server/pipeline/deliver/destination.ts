import { noteDelivered } from '../../../db/queries/execution-connectors.ts';
import { type DeliveryResult, type ReportPart, saveDelivery } from '../../../db/queries/reports.ts';
import { AppError, type Failure } from '../../../shared/error.ts';
import type { LoadedConnector } from '../../connectors/load.ts';
import { fencedBy } from '../../worker/fenced.ts';
import type { ExecutionRun } from '../run.ts';
import type { DeliveredBytes } from './bytes.ts';

/** One connector that is to get parts of a report. */
export interface Destination {
  run: ExecutionRun;
  connector: LoadedConnector;
  bytes: DeliveredBytes;
  /** How long to wait before the second attempt, the third, …; absent: what is usual. */
  backoffMs: readonly number[] | undefined;
}

/** How one destination fared with all the parts. */
export interface DestinationResult {
  name: string;
  /** The first that happened; undefined when everything arrived. */
  failure: Failure | undefined;
}

/** Kept as soon as it is known. Throws `lease_lost` where another worker has the execution: what it found out must stay. */
export async function keepResult(
  { run, connector }: Destination,
  parts: readonly ReportPart[],
  result: DeliveryResult,
): Promise<void> {
  const place = { partIds: parts.map(({ id }) => id), connectorId: connector.id };
  const hasRows = !('failure' in result) && parts.some(({ rowCount }) => rowCount > 0);
  await fencedBy(
    run.services,
    run.work,
  )(async (connection) => {
    await saveDelivery(connection, run.accountId, place, result);
    const { accountId, id } = run;
    if (hasRows) await noteDelivered(connection, { accountId, id, connectorId: connector.id });
  });
}

export function requireEnabled({ isEnabled, isDeleted, name }: LoadedConnector): void {
  if (isDeleted)
    throw new AppError(
      'not_found',
      `The connector "${name}" was deleted since this export was asked for. Ask for it again with another destination.`,
    );
  if (isEnabled) return;
  throw new AppError('invalid', `The connector "${name}" is disabled. Enable it, then retry.`);
}
