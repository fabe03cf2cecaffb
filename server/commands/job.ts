import { type Command, InvalidArgumentError } from 'commander';
import { uuidText } from '../../db/uuid.ts';
import type { Opened } from '../open.ts';
import { tell, withAccount } from './command.ts';

/** As many as one answer lists; more come by asking again from the last one. */
const mostDueTimes = 10_000;

export function addJobCommands(program: Command): void {
  const job = program.command('job').description('what runs, and when');
  addRun(job);
  addNext(job);
}

function addRun(job: Command): void {
  job
    .command('run')
    .description('run a job now, whatever its schedule')
    .requiredOption('--account <id>')
    .requiredOption('--name <name>')
    .option('--from <date>', "read the days from this one again (YYYY-MM-DD, in the account's zone)", dateOf)
    .option('--to <date>', 'up to and including this one; without it the same day', dateOf)
    .option('--wait', 'until it has ended; exit 0 for success, 1 for every other end')
    .action(async (options, command) => {
      await requireRange(command, options);
      await withAccount(command, options.account, async (opened, { id, timezone }) => {
        const { services } = opened;
        const { findJob } = await import('../jobs/find.ts');
        const { triggerJob } = await import('../jobs/trigger.ts');
        const { showExecution } = await import('../jobs/show.ts');
        const { id: jobId } = await findJob(services, id, options.name);
        const range = await rangeOf(options, timezone);
        const executionId = await triggerJob(services, id, jobId, { by: 'cqa job run', range });
        if (options.wait) await waitWithProgress(command, opened, { accountId: id, executionId });
        const shown = await showExecution(services, id, executionId);
        const { execution_id, status, items, counts, note, error } = shown;
        const failed = options.wait === true && status !== 'success';
        return {
          json: { execution_id, status, items, counts, ...(note ? { note } : {}), ...(error ? { error } : {}) },
          failed,
        };
      });
    });
}

/** Wrong days are wrong use, and are told before anything is opened. */
async function requireRange(command: Command, { from, to }: { from?: string; to?: string }): Promise<void> {
  if (from === undefined && to === undefined) return;
  if (from === undefined) command.error('error: --to needs --from: the first day that is to be read again');
  const { backfillDaysSchema } = await import('../jobs/backfill.ts');
  const { error } = backfillDaysSchema.safeParse({ from, to: to ?? from });
  if (error) command.error(`error: --from and --to: ${error.issues.map(({ message }) => message).join('; ')}`);
}

async function rangeOf({ from, to }: { from?: string; to?: string }, timezone: string) {
  if (from === undefined && to === undefined) return undefined;
  const { backfillRange } = await import('../jobs/backfill.ts');
  return backfillRange({ from, to: to ?? from }, timezone);
}

export async function waitWithProgress(
  command: Command,
  opened: Opened,
  { accountId, executionId }: { accountId: number; executionId: Buffer },
): Promise<void> {
  const { waitForExecution } = await import('../jobs/wait.ts');
  const { withWorker } = await import('./worker.ts');
  let said = '';
  const progress = ({ status, rows }: { status: string; rows: number }) => {
    const line = `${uuidText(executionId)} ${status}${rows > 0 ? `, ${rows} rows` : ''}`;
    if (line !== said) tell(command, line);
    said = line;
  };
  await withWorker(opened, () => waitForExecution(opened.services, accountId, executionId, { progress }));
}

function addNext(job: Command): void {
  job
    .command('next')
    .description('its next due times, in UTC; fewer where its schedule ends')
    .requiredOption('--account <id>')
    .requiredOption('--name <name>')
    .option('--from <date>', "an ISO date or instant; a time without an offset is of the schedule's zone")
    .option('--count <k>', `how many, at most ${mostDueTimes}`, countOf, 5)
    .action(async (options, command) => {
      const from = await wallTimeOf(command, options.from ?? new Date().toISOString());
      await withAccount(command, options.account, async ({ services }, { id, timezone }) => {
        const { findJob } = await import('../jobs/find.ts');
        const { listDueTimes } = await import('../schedule/schedule.ts');
        const { schedule } = await findJob(services, id, options.name);
        const start = from(schedule.timezone ?? timezone);
        const due = [...listDueTimes(schedule, timezone, start, options.count)];
        return { json: { due: due.map((instant) => instant.toISOString()) } };
      });
    });
}

/** The instant that the text means in a zone. */
async function wallTimeOf(command: Command, text: string): Promise<(zone: string) => Date> {
  const { DateTime } = await import('luxon');
  if (!DateTime.fromISO(text).isValid)
    command.error(`error: --from: "${text}" is not an ISO date. Write 2026-12-01 or 2026-12-01T02:30:00Z.`);
  return (zone) => DateTime.fromISO(text, { zone }).toJSDate();
}

function dateOf(text: string): string {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;
  if (isDate) return text;
  throw new InvalidArgumentError('Give a day of the calendar as YYYY-MM-DD.');
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= mostDueTimes) return count;
  throw new InvalidArgumentError(`Give a whole number from 1 to ${mostDueTimes}; go on with --from the last one.`);
}
