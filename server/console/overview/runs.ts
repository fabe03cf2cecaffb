import { countOpenRuns, type RunCount } from '../../../db/queries/overview-days.ts';
import type { ExecutionStatus } from '../../../shared/execution.ts';
import type { Services } from '../../services.ts';
import { adminOfConsole } from '../trpc.ts';
import type { DaysOf } from './calendar.ts';
import { readDays } from './days.ts';

/** How many executions stand so; states without any are not in it. */
export type RunsByStatus = Partial<Record<ExecutionStatus, number>>;

export interface RunsView {
  /** Dates in the account's zone: of today, and of the first of the seven days that end with it. */
  today: { date: string; runs: RunsByStatus };
  week: { from: string; runs: RunsByStatus };
  /** Not ended yet, whenever they were made. */
  open: RunsByStatus;
  is_counting: boolean;
}

const daysOfWeek = 7;

/** Executions by the day on which they were made. */
export const runs = adminOfConsole.query(({ ctx }): Promise<RunsView> => {
  const { accountId, account } = ctx.session;
  return readRuns(ctx.services, { accountId, timezone: account.timezone }, new Date());
});

export async function readRuns(services: Services, of: DaysOf, now: Date): Promise<RunsView> {
  const [{ days, isCounting }, open] = await Promise.all([
    readDays(services, of, now, 'runs'),
    countOpenRuns(services.database.pool, of.accountId),
  ]);
  const week = days.slice(-daysOfWeek);
  return {
    today: { date: week.at(-1)?.date ?? '', runs: byStatus(week.at(-1)?.runs ?? []) },
    week: { from: week[0]?.date ?? '', runs: byStatus(week.flatMap((day) => day.runs ?? [])) },
    open: byStatus(open),
    is_counting: isCounting,
  };
}

function byStatus(counts: readonly RunCount[]): RunsByStatus {
  const sums: RunsByStatus = {};
  for (const { status, n } of counts) sums[status] = (sums[status] ?? 0) + n;
  return sums;
}
