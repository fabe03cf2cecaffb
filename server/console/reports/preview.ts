import { z } from 'zod';
import { reportSchema } from '../../../shared/report.ts';
import { previewReport, type ReportPreview } from '../../reports/preview.ts';
import { rowFilterSchema } from '../../reports/row-filter.ts';
import { scopeOf } from '../analyses/scope.ts';
import { signedIn } from '../trpc.ts';

const inputSchema = z.strictObject({ report: reportSchema, filter: rowFilterSchema.optional() });

/**
 * The first rows of a report and how many it would have, before it runs; within the user's own scope. It changes nothing,
 * but some hundred columns are longer than an address may be.
 */
export const preview = signedIn.input(inputSchema).mutation(({ ctx, input }): Promise<ReportPreview> => {
  const { services, session } = ctx;
  const requester = { userId: session.user.id, scopes: [scopeOf(session)] };
  return previewReport(services, session.accountId, input, requester);
});
