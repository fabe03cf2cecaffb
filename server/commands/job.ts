import type { Command } from 'commander';
import { parseUuid, uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import type { Opened } from '../open.ts';
import { tell, withAccount } from './command.ts';

export function addJobCommands(program: Command): void {
  const job = program.command('job').description('what runs, and when');
  addRun(job);
  addNext(job);
  addShow(program.command('execution').description('runs of jobs'));
}

function addRun(job: Command): void {
  job
    .command('run')
    .description('run a job now, whatever its schedule')
    .requiredOption('--account <id>')
    .requiredOption('--name <name>')
    .option('--from <date>', "read the days from this one again (YYYY-MM-DD, in the account's zone)")
    .option('--to <date>', 'up to and including this one; without it the same day')
    .option('--wait', 'until it has ended; exit 0 for success, 1 for every other end')
    .action((options, command) =>
      withAccount(command, options.account, async (opened, { id, timezone }) => {
        const { services } = opened;
        const { findJob } = await import('../jobs/find.ts');
        const { triggerJob } = await import('../jobs/trigger.ts');
        const { showExecution } = await import('../jobs/show.ts');
        const { id: jobId } = await findJob(services, id, options.name);
        const range = await rangeOf(options, timezone);
        const executionId = await triggerJob(services, id, jobId, { by: 'cqa job run', range });
        if (options.wait) await waitWithProgress(opened, id, executionId);
        const shown = await showExecution(services, id, executionId);
        const { execution_id, status, items, counts, note, error } = shown;
        const failed = options.wait === true && status !== 'success';
        return {
          json: { execution_id, status, items, counts, ...(note ? { note } : {}), ...(error ? { error } : {}) },
          failed,
        };
      }),
    );
}

async function rangeOf({ from, to }: { from?: string; to?: string }, timezone: string) {
  if (from === undefined && to === undefined) return undefined;
  const { backfillRange } = await import('../jobs/backfill.ts');
  return backfillRange({ from, to: to ?? from }, timezone);
}

async function waitWithProgress(opened: Opened, accountId: number, executionId: Buffer): Promise<void> {
  const { waitForExecution } = await import('../jobs/wait.ts');
  const { withWorker } = await import('./worker.ts');
  let said = '';
  const progress = ({ status, rows }: { status: string; rows: number }) => {
    const line = `${uuidText(executionId)} ${status}${rows > 0 ? `, ${rows} rows` : ''}`;
    if (line !== said) tell(line);
    said = line;
  };
  await withWorker(opened, () => waitForExecution(opened.services, accountId, executionId, { progress }));
}

function addNext(job: Command): void {
  job
    .command('next')
    .description('its next due times')
    .requiredOption('--account <id>')
    .requiredOption('--name <name>')
    .option('--from <date>', 'an ISO date or instant', new Date().toISOString())
    .option('--count <k>', 'how many', '5')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, { id, timezone }) => {
        const { findJob } = await import('../jobs/find.ts');
        const { listDueTimes } = await import('../jobs/schedule.ts');
        const { schedule } = await findJob(services, id, options.name);
        const from = await instantOf(options.from, schedule.timezone ?? timezone);
        const due = [...listDueTimes(schedule, timezone, from, countOf(options.count))];
        return { json: { due: due.map((instant) => instant.toISOString()) } };
      }),
    );
}

async function instantOf(text: string, zone: string): Promise<Date> {
  const { DateTime } = await import('luxon');
  const instant = DateTime.fromISO(text, { zone });
  if (instant.isValid) return instant.toJSDate();
  throw new AppError('invalid', `"${text}" is not an ISO date. Write 2026-12-01 or 2026-12-01T02:30:00Z.`);
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new AppError('invalid', `"${text}" is not a number of times.`);
}

function addShow(execution: Command): void {
  execution
    .command('show')
    .requiredOption('--account <id>')
    .requiredOption('--id <id>')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const executionId = parseUuid(options.id);
        if (!executionId)
          throw new AppError('invalid', `"${options.id}" is not an execution's id. "cqa job run" prints it.`);
        const { showExecution } = await import('../jobs/show.ts');
        return { json: await showExecution(services, id, executionId) };
      }),
    );
}
