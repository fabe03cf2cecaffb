import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../db/database.ts';
import { type ExecutionEnd, endExecution } from '../../db/queries/execution-progress.ts';
import { type LedgerSums, sumItems } from '../../db/queries/source-sums.ts';
import {
  type DayRemarks,
  databaseNow,
  dayRemarks,
  endDayItems,
  listOpenDays,
  lockOpenDay,
  type OpenDay,
} from '../../db/queries/stream-days.ts';
import { AppError, type Failure } from '../../shared/error.ts';
import { alertsOfEnd } from '../alerts/execution-end.ts';
import { requireSums } from '../pipeline/counts.ts';
import { tooManyRejected } from '../pipeline/rejected-limit.ts';
import type { Services } from '../services.ts';
import { dayAt } from './day.ts';
import { notesOf } from './day-notes.ts';
import { allRejected } from './rejected-events.ts';

/**
 * Closes the days of all streams that are over, and those of streams that were disabled. Any process does it; a
 * batch that is being stored meanwhile is either in the counts, or stored in the day that follows.
 */
export async function closeDays(services: Services): Promise<void> {
  const { pool } = services.database;
  const days = await listOpenDays(pool);
  if (days.length === 0) return;
  const now = await databaseNow(pool);
  for (const day of days) {
    const isToday = dayAt(now, day.timezone).beginsAt.getTime() === day.dueAt.getTime();
    if (isToday && !day.off) continue;
    try {
      await transaction(pool, (connection) => closeDay(services, connection, day));
    } catch (error) {
      // One whose counts do not add up must not keep the others open.
      services.log.error({ err: error, accountId: day.accountId }, "a stream's day could not be closed; tried again");
    }
  }
}

async function closeDay(services: Services, connection: PoolConnection, day: OpenDay): Promise<void> {
  const { id, accountId } = day;
  const locked = await lockOpenDay(connection, accountId, id);
  if (!locked) return;
  await endDayItems(connection, accountId, id);
  const sums = await sumItems(connection, accountId, id);
  const remarks = await dayRemarks(connection, accountId, id);
  const end = endOf(sums, remarks, locked.error, day);
  const execution = { accountId, subject: id };
  if (await endExecution(connection, execution, end)) await alertsOfEnd(services, connection, execution, end);
}

function endOf(
  { items: { done, failed, waiting }, rows, records }: LedgerSums,
  remarks: DayRemarks,
  sourceFailure: Failure | undefined,
  { off, maxRejectedPercent }: OpenDay,
): ExecutionEnd {
  const items = { listed: done + failed + waiting, done, unchanged: 0, waiting, failed };
  requireSums(items, rows);
  if (records !== rows.listed)
    throw new AppError('internal', `Of ${records} events read only ${rows.listed} are accounted for.`);
  // As with a file: a rejected row among others is told beside the counts, and stands among the rejected ones.
  const overLimit = tooManyRejected(rows, maxRejectedPercent, 'events');
  const error = overLimit ?? allRejected(rows) ?? sourceFailure;
  const hasFailed = overLimit !== undefined || (rows.listed === 0 && error !== undefined);
  const isWhole = !error && remarks.missed === 0;
  const status = hasFailed ? 'handler_failed' : isWhole ? 'success' : 'partial_success';
  const notes = [
    ...(rows.listed === 0 && !error ? ['no_data'] : []),
    ...notesOf(remarks),
    ...(off ? [`ended early: the ${off} was disabled`] : []),
  ];
  return { status, items, rows, note: notes.length > 0 ? notes.join(', ') : undefined, error };
}
