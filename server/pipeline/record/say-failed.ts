import type { PoolConnection } from 'mysql2/promise';
import { addLogLines, countLogLines, type NewLogLine } from '../../../db/queries/execution-log.ts';
import { executionsOfRecordings, type FailedEnd } from '../../../db/queries/recordings.ts';
import type { Work } from '../../../db/queries/work.ts';
import { fitting, leftOut, logLinesMost } from '../run-log.ts';

interface Failed {
  work: Pick<Work, 'accountId' | 'subject'>;
  end: FailedEnd;
}

/** Says in the log of the import that brought them which calls have no recording, and why; as long as there is room. */
export async function sayFailed(connection: PoolConnection, list: readonly Failed[]): Promise<void> {
  if (list.length === 0) return;
  const executionOf = await executionsOfRecordings(
    connection,
    list.map(({ work }) => work),
  );
  for (const { id, failed } of grouped(list, executionOf)) {
    const room = logLinesMost - (await countLogLines(connection, id, logLinesMost));
    await addLogLines(connection, id, fitting(failed.map(lineOf), room, warning(leftOut)));
  }
}

function grouped(list: readonly Failed[], executionOf: (interactionId: Buffer) => Buffer | undefined) {
  const groups = new Map<string, { id: Buffer; failed: Failed[] }>();
  for (const failed of list) {
    const id = executionOf(failed.work.subject);
    if (!id) continue;
    const group = groups.get(id.toString('hex')) ?? { id, failed: [] };
    group.failed.push(failed);
    groups.set(id.toString('hex'), group);
  }
  return groups.values();
}

function lineOf({ end: { externalId, failure } }: Failed): NewLogLine {
  return warning(`The recording of ${externalId} could not be had: ${failure.message}`);
}

function warning(message: string): NewLogLine {
  return { level: 'warn', message, ageMs: 0 };
}
