import { z } from 'zod';
import { interactionStatuses } from '../../../shared/interaction.ts';
import { type AnalysisListPage, listAnalyses } from '../../reports/analysis-list.ts';
import { cursorSchema, uidSchema } from '../inputs.ts';
import { signedIn } from '../trpc.ts';
import { scopeOf } from './scope.ts';

const day = z.iso.date('a date as YYYY-MM-DD').optional();
const percentage = z.number().min(0).max(100).optional();

const inputSchema = z.strictObject({
  /** Both days included, in the account's zone. */
  from: day,
  to: day,
  /** The quality profile's uid. */
  profile: uidSchema.optional(),
  /** The interaction's. */
  status: z.enum(interactionStatuses).optional(),
  min_percentage: percentage,
  max_percentage: percentage,
  /** Points. */
  min_score: z.number().optional(),
  max_score: z.number().optional(),
  /** An external id, or its beginning. */
  search: z.string().trim().min(1).max(255).optional(),
  cursor: cursorSchema,
});

/** The Analysis List, newest first, for everybody within their own scope. */
export const list = signedIn.input(inputSchema).query(({ ctx, input }): Promise<AnalysisListPage> => {
  return listAnalyses(ctx.services, ctx.session.accountId, scopeOf(ctx.session), input);
});
