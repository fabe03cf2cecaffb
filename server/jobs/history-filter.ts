import { z } from 'zod';
import { executionStatuses } from '../../shared/execution.ts';
import { cursorSchema, uidSchema } from '../../shared/id.ts';
import { jobTypes } from '../../shared/job.ts';
import { getAccountById } from '../accounts/account.ts';
import { dayOfDate, instantOf, zoneOf } from '../schedule/local-time.ts';
import type { Services } from '../services.ts';

const date = z.iso.date('a date as YYYY-MM-DD');
export const onDemand = 'on_demand';
const status = z.enum(executionStatuses);

/** Which executions of the history are wanted. All that is given must hold. */
export const executionFilterSchema = z
  .strictObject({
    type: z.enum(jobTypes).optional(),
    /** Any of them. */
    status: z.union([status, z.array(status).min(1).max(executionStatuses.length)]).optional(),
    /** The connector's uid, also after it was deleted. */
    connector: uidSchema.optional(),
    /** The job's uid, also after it was deleted; `on_demand`: exports that people asked for on the Analysis List. */
    job: z.union([uidSchema, z.literal(onDemand)]).optional(),
    /** The first and the last day on which it was made, both included, in the account's zone. */
    from: date.optional(),
    to: date.optional(),
    cursor: cursorSchema.optional(),
  })
  .refine(({ from, to }) => !from || !to || from <= to, { path: ['to'], message: 'the last day is before the first' });
export type HistoryFilter = z.infer<typeof executionFilterSchema>;

/** From the first instant of the first day up to the first one after the last day. */
export async function instantsOf(
  services: Services,
  accountId: number,
  { from, to }: Pick<HistoryFilter, 'from' | 'to'>,
): Promise<{ from?: Date; to?: Date }> {
  if (!from && !to) return {};
  const zone = zoneOf((await getAccountById(services, accountId)).timezone);
  return {
    ...(from && { from: instantOf(dayOfDate(from), 0, zone) }),
    ...(to && { to: instantOf(dayOfDate(to) + 1, 0, zone) }),
  };
}
