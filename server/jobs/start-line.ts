import type { ExecutionRange, ExecutionRecord } from '../../db/queries/executions.ts';
import { uuidText } from '../../db/uuid.ts';
import { minuteInWords } from '../reports/mail.ts';
import { dateOfDay, localDay, zoneOf } from '../schedule/local-time.ts';

/** The first line of a run's log: why it runs, and what is unusual about that. Times are those of the account's zone. */
export function startLine(execution: ExecutionRecord, timezone: string): string {
  const { note } = execution;
  const reason = reasonOf(execution, timezone);
  return note ? `${reason} ${note.charAt(0).toUpperCase()}${note.slice(1)}.` : reason;
}

function reasonOf({ triggerKind, triggeredBy, dueAt, range, retryOf }: ExecutionRecord, timezone: string): string {
  const by = triggeredBy ?? 'somebody';
  const due = dueAt && minuteInWords(dueAt, timezone);
  switch (triggerKind) {
    case 'schedule':
      return `Started by its schedule${due ? `, due at ${due}` : ''}.`;
    case 'catch_up':
      return `Started to catch up what was due${due ? ` at ${due}` : ''} while nothing was running.`;
    case 'arrival':
      return 'Started because a file arrived.';
    case 'connector_saved':
      return 'Started because its connector was saved.';
    case 'expected_file':
      return 'Started to look for a file that should be there by now.';
    case 'stream':
      return 'Started to follow its stream.';
    case 'backfill':
      return `Started by ${by} to read again what is from ${range ? daysOf(range, timezone) : 'some days'}.`;
    case 'retry':
      return `Started by ${by} to do again what failed in ${retryOf ? uuidText(retryOf) : 'an earlier execution'}.`;
    case 'manual':
      return `Started by ${by}.`;
  }
}

/** `2026-11-01 to 2026-11-03 (Asia/Kolkata)`: the last day is in it. */
function daysOf({ from, to }: ExecutionRange, timezone: string): string {
  const zone = zoneOf(timezone);
  const first = dateOfDay(localDay(from, zone));
  const last = dateOfDay(localDay(new Date(to.getTime() - 1), zone));
  return `${first === last ? first : `${first} to ${last}`} (${timezone})`;
}
