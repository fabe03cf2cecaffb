import type { Pool } from 'mysql2/promise';
import { type ChosenConnector, chosenConnectors } from '../../db/queries/execution-connectors.ts';
import { type ExecutionRecord, requireExecution } from '../../db/queries/executions.ts';
import { type Delivery, type PartSet, type ReportPart, recipientId } from '../../db/queries/reports.ts';
import type { Failure } from '../../shared/error.ts';
import type { FileFormat } from '../../shared/report.ts';
import { mailTypes } from '../connectors/registry.ts';

/** How one destination of an export stands with all the files that are its own. Times are ISO instants. */
export interface DestinationShown {
  /** The connector's name, or the address of whoever had it mailed to himself. */
  name: string;
  /** The connector's type. */
  type: string;
  set: PartSet;
  /** Of its files; null while there are none. */
  format: FileFormat | null;
  /** `open`: nothing failed, and not all is there. */
  status: 'delivered' | 'failed' | 'open';
  files: { delivered: number; all: number };
  location: string | null;
  /** Of a mail: until when its links are good. */
  links_until: string | null;
  delivered_at: string | null;
  error: (Failure & { attempts: number }) | null;
}

/** The destinations of the execution that made a report, or is to make it, with what became of its parts there. */
export async function destinationsShown(
  pool: Pool,
  { accountId, id }: Pick<ExecutionRecord, 'accountId' | 'id'>,
  parts: readonly ReportPart[],
  deliveries: readonly Delivery[],
): Promise<DestinationShown[]> {
  const { recipient } = await requireExecution(pool, accountId, id);
  const chosen = (await chosenConnectors(pool, accountId, id)).toSorted((a, b) => a.name.localeCompare(b.name));
  const all = recipient === null ? chosen : [...chosen, mailbox(recipient)];
  return all.map((destination) => shown(destination, parts, deliveries));
}

type Destination = Pick<ChosenConnector, 'id' | 'name' | 'type' | 'format'>;

function mailbox(name: string): Destination {
  return { id: recipientId, name, type: 'email', format: null };
}

function shown(
  { id: connectorId, name, type, format }: Destination,
  parts: readonly ReportPart[],
  deliveries: readonly Delivery[],
): DestinationShown {
  const set: PartSet = mailTypes.includes(type) ? 'mail' : 'file';
  const own = parts.filter((part) => part.set === set && (format === null || part.format === format));
  const ids = new Set(own.map(({ id }) => id));
  const known = deliveries.filter((each) => each.connectorId === connectorId && ids.has(each.partId));
  const delivered = known.filter(({ status }) => status === 'delivered');
  const failed = known.find(({ status }) => status === 'failed');
  const last = delivered.at(-1);
  return {
    ...{ name, type, set, format: own[0]?.format ?? null },
    status: failed ? 'failed' : own.length > 0 && delivered.length === own.length ? 'delivered' : 'open',
    files: { delivered: delivered.length, all: own.length },
    location: last?.location ?? null,
    links_until: last?.linksUntil?.toISOString() ?? null,
    delivered_at: last?.deliveredAt?.toISOString() ?? null,
    error: failed?.error ?? null,
  };
}
