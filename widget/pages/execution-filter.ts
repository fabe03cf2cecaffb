import { type ExecutionStatus, executionStatuses } from '../../shared/execution.ts';
import { type JobType, jobTypes } from '../../shared/job.ts';
import { withQuery } from '../app/routes.ts';

/** Which executions are shown. It stands in the address: `/executions?status=handler_failed,delivery_failed&from=2026-11-20`. */
export interface ExecutionFilter {
  type?: JobType | undefined;
  /** Any of them; none: all. */
  statuses: ExecutionStatus[];
  /** The uid of one. */
  connector?: string | undefined;
  /** The uid of one, or `onDemand`. */
  job?: string | undefined;
  /** Days, both included, in the account's zone. */
  from?: string | undefined;
  to?: string | undefined;
}

/** Exports that people asked for on the Analysis List have no job. */
export const onDemand = 'on_demand';

const uid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads a page's query. What says nothing that could be filtered by is left out. */
export function filterOf(query: URLSearchParams): ExecutionFilter {
  const named = new Set(query.getAll('status').flatMap((text) => text.split(',')));
  return {
    type: jobTypes.find((type) => type === query.get('type')),
    statuses: executionStatuses.filter((status) => named.has(status)),
    connector: matching(query.get('connector'), (text) => uid.test(text)),
    job: matching(query.get('job'), (text) => text === onDemand || uid.test(text)),
    from: matching(query.get('from'), isDay),
    to: matching(query.get('to'), isDay),
  };
}

/** The address of the history with this filter. */
export function addressOf({ statuses, ...filter }: ExecutionFilter): string {
  // A comma means nothing in a query, and is easier to read than its code.
  return withQuery('/executions', { ...filter, status: statuses.join(',') }).replaceAll('%2C', ',');
}

/** What the server is asked. */
export function requestOf({ statuses, ...filter }: ExecutionFilter) {
  return { ...filter, ...(statuses.length > 0 && { status: statuses }) };
}

/** The last day is before the first: nothing can match. */
export function isReversed({ from, to }: Pick<ExecutionFilter, 'from' | 'to'>): boolean {
  return from !== undefined && to !== undefined && from > to;
}

function matching(text: string | null, isGood: (text: string) => boolean): string | undefined {
  return text !== null && isGood(text) ? text : undefined;
}

/** YYYY-MM-DD of the calendar: no 30 February. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
