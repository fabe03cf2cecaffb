import { type AnalysisListPage, analysisFilterSchema, listAnalyses } from '../../reports/analysis-list.ts';
import { signedIn } from '../trpc.ts';
import { scopeOf } from './scope.ts';

/** The Analysis List, newest first, for everybody within their own scope. */
export const list = signedIn.input(analysisFilterSchema).query(({ ctx, input }): Promise<AnalysisListPage> => {
  return listAnalyses(ctx.services, ctx.session.accountId, scopeOf(ctx.session), input);
});
