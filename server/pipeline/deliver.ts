import { keptFormats } from '../../db/queries/execution-connectors.ts';
import { listDeliveries, type ReportPart } from '../../db/queries/reports.ts';
import type { FileFormat } from '../../shared/report.ts';
import type { LoadedConnector } from '../connectors/load.ts';
import { counted } from '../words.ts';
import { DeliveredBytes } from './deliver/bytes.ts';
import type { DestinationResult } from './deliver/destination.ts';
import { deliverFiles } from './deliver/files.ts';
import { deliverMail, type MailOptions } from './deliver/mail.ts';
import { partsFor, setFor } from './deliver/plan.ts';
import type { ExecutionRun } from './run.ts';

export interface DeliverOptions {
  /** How long to wait before the second attempt, the third, …; there are no more attempts than that. */
  backoffMs?: readonly number[];
  /** What time it is, for the links of mails. */
  now?: () => Date;
}

export interface Deliveries extends Pick<MailOptions, 'about'> {
  destinations: readonly LoadedConnector[];
  parts: readonly ReportPart[];
  /** The execution that made the report. */
  reportOf: Buffer;
  /** In which format a destination would get it; what was kept when the report was made counts before it. */
  formats: ReadonlyMap<number, FileFormat>;
}

/**
 * Delivers to every destination every part that is its own, destinations side by side and each for itself. What was delivered
 * by an attempt before this one is not delivered again. Each result is kept as soon as it is known. Throws only when the
 * run itself ends (cancelled, lease lost, database away).
 */
export async function deliverParts(
  run: ExecutionRun,
  { destinations, parts, reportOf, formats, about }: Deliveries,
  { backoffMs, now = () => new Date() }: DeliverOptions = {},
): Promise<DestinationResult[]> {
  const { pool } = run.services.database;
  const known = await listDeliveries(pool, run.accountId, reportOf);
  const made = new Map([...formats, ...(await keptFormats(pool, run.accountId, reportOf))]);
  const done = new Set(known.filter(({ status }) => status === 'delivered').map(placeKey));
  const tasks = destinations.map((connector) => {
    const own = partsFor(connector, parts, made);
    const open = own.filter(({ id }) => !done.has(placeKey({ partId: id, connectorId: connector.id })));
    return { connector, own, open };
  });
  const bytesExpected = tasks.flatMap(({ open }) => open).reduce((sum, { byteSize }) => sum + byteSize, 0);
  const bytes = new DeliveredBytes(run, bytesExpected);
  const settled = await Promise.allSettled(
    tasks.map(async ({ connector, own, open }) => {
      const before = own.length - open.length;
      if (before > 0) run.log('info', `${counted(before, 'file')} delivered to ${connector.name} before.`);
      const destination = { run, connector, bytes, backoffMs };
      if (before > 0 && open.length === 0) return { name: connector.name, failure: undefined };
      return setFor(connector) === 'mail'
        ? await deliverMail(destination, open, { about, now })
        : await deliverFiles(destination, open);
    }),
  );
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

function placeKey({ partId, connectorId }: { partId: number; connectorId: number }): string {
  return `${partId}:${connectorId}`;
}
