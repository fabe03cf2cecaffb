import { z } from 'zod';
import { requireReportPart } from '../../../db/queries/console-files.ts';
import { uidSchema } from '../../../shared/id.ts';
import { downloadableUntil, reportOwner, requireDownloadable } from '../../jobs/report-link.ts';
import { reportLink } from '../../security/tickets.ts';
import { idOf } from '../ids.ts';
import { adminOfConsole } from '../trpc.ts';

const inputSchema = z.strictObject({
  id: uidSchema,
  part: z.number().int().min(1).max(65_535),
  /** Absent: the report's whole files, or the mail's where it has no others. */
  set: z.enum(['file', 'mail']).optional(),
});

export interface ReportDownload {
  /** A path of this server; it needs no session, so it can be handed on. */
  url: string;
  file_name: string;
  /** An ISO instant. */
  until: string;
}

/** A link to one part of an export's report, good for seven days from the report. Throws `not_found` after them. */
export const download = adminOfConsole.input(inputSchema).query(async ({ ctx, input }): Promise<ReportDownload> => {
  const { services, session } = ctx;
  const { pool } = services.database;
  const owner = await reportOwner(pool, session.accountId, idOf(input.id));
  const part = await requireReportPart(pool, session.accountId, owner, input);
  requireDownloadable(part);
  const link = { accountId: session.accountId, partId: part.id };
  return {
    url: reportLink(services.keyring, link, part.createdAt.getTime()),
    file_name: part.fileName,
    until: downloadableUntil(part).toISOString(),
  };
});
