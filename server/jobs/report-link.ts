import type { Pool } from 'mysql2/promise';
import { findReportOwner, retryChain } from '../../db/queries/execution-retry.ts';
import type { ExecutionRecord } from '../../db/queries/executions.ts';
import {
  type Delivery,
  listDeliveries,
  listParts,
  mainParts,
  type PartSet,
  type ReportPart,
} from '../../db/queries/reports.ts';
import { AppError } from '../../shared/error.ts';
import type { FileFormat } from '../../shared/report.ts';
import { reportLinkMs } from '../security/tickets.ts';
import { type DestinationShown, destinationsShown } from './destinations.ts';
import { type PartShown, shownParts } from './shown-parts.ts';

/** Until when the links to a report's files are good: seven days from when it was made. */
export function downloadableUntil({ createdAt }: { createdAt: Date }): Date {
  return new Date(createdAt.getTime() + reportLinkMs);
}

/** Throws `not_found` when the seven days are over. */
export function requireDownloadable(part: { createdAt: Date; fileName: string }, now = new Date()): void {
  const until = downloadableUntil(part);
  if (now <= until) return;
  throw new AppError(
    'not_found',
    `${part.fileName} could be downloaded for seven days, until ${until.toISOString()}. Run its job again to have a new report made.`,
  );
}

/** The execution that made the report that this one delivers: itself, or the one that it retries. */
export async function reportOwner(pool: Pool, accountId: number, executionId: Buffer): Promise<Buffer> {
  const chain = await retryChain(pool, accountId, executionId);
  return (await findReportOwner(pool, accountId, chain)) ?? executionId;
}

/** A part whose link in the history is good until this ISO instant. */
export interface DownloadablePart extends PartShown {
  /** Whole files, or files short enough for the links of a mail. */
  set: PartSet;
  /** Null: of a report that was made when reports had one format. */
  format: FileFormat | null;
  downloadable_until: string;
}

/** The files of the report that an execution delivers, which a retry did not make itself. */
export interface ReportFiles {
  /** Whole files, one for each format that a destination wants, or the mail's where it has gone by mail alone. */
  parts: DownloadablePart[];
  /** Beside whole files: the same rows in what the links of mails lead to. */
  mail_parts: DownloadablePart[];
  destinations: DestinationShown[];
}

export async function reportFiles(
  pool: Pool,
  { accountId, id, type }: Pick<ExecutionRecord, 'accountId' | 'id' | 'type'>,
): Promise<ReportFiles> {
  if (type !== 'data_export') return { parts: [], mail_parts: [], destinations: [] };
  const owner = await reportOwner(pool, accountId, id);
  const made = await listParts(pool, accountId, owner);
  const deliveries = await listDeliveries(pool, accountId, owner);
  const main = mainParts(made);
  const byMail = made.filter((part) => !main.includes(part));
  return {
    parts: downloadable(main, deliveries),
    mail_parts: downloadable(byMail, deliveries),
    destinations: await destinationsShown(pool, { accountId, id: owner }, made, deliveries),
  };
}

function downloadable(parts: ReportPart[], deliveries: Delivery[]): DownloadablePart[] {
  return parts.flatMap((part) =>
    shownParts([part], deliveries).map((shown) => ({
      ...shown,
      set: part.set,
      format: part.format,
      downloadable_until: downloadableUntil(part).toISOString(),
    })),
  );
}
