import type { Command } from 'commander';
import { parseUuid, uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import type { Opened } from '../open.ts';
import { tell, withAccount } from './command.ts';

export function addJobCommands(program: Command): void {
  const job = program.command('job').description('what runs, and when');

  job
    .command('run')
    .description('run a job now, whatever its schedule')
    .requiredOption('--account <id>')
    .requiredOption('--name <name>')
    .option('--wait', 'until it has ended; exit 0 for success, 1 for every other end')
    .action((options, command) =>
      withAccount(command, options.account, async (opened, { id }) => {
        const { services } = opened;
        const { findJob } = await import('../jobs/find.ts');
        const { triggerJob } = await import('../jobs/trigger.ts');
        const { showExecution } = await import('../jobs/show.ts');
        const { id: jobId } = await findJob(services, id, options.name);
        const executionId = await triggerJob(services, id, jobId, { by: 'cqa job run' });
        if (options.wait) await waitWithProgress(opened, executionId);
        const shown = await showExecution(services, id, executionId);
        const { execution_id, status, items, counts, note, error } = shown;
        const failed = options.wait === true && status !== 'success';
        return {
          json: { execution_id, status, items, counts, ...(note ? { note } : {}), ...(error ? { error } : {}) },
          failed,
        };
      }),
    );

  job
    .command('next')
    .description('its next due times')
    .requiredOption('--account <id>')
    .requiredOption('--name <name>')
    .option('--from <date>', 'an ISO date or instant', new Date().toISOString())
    .option('--count <k>', 'how many', '5')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, { id, timezone }) => {
        const { DateTime } = await import('luxon');
        const { findJob } = await import('../jobs/find.ts');
        const { nextDue } = await import('../jobs/schedule.ts');
        const { schedule } = await findJob(services, id, options.name);
        const from = DateTime.fromISO(options.from, { zone: schedule.timezone ?? timezone });
        const count = Number(options.count);
        if (!from.isValid)
          throw new AppError(
            'invalid',
            `"${options.from}" is not an ISO date. Write 2026-12-01 or 2026-12-01T02:30:00Z.`,
          );
        if (!Number.isInteger(count) || count < 1)
          throw new AppError('invalid', `"${options.count}" is not a number of times.`);
        const due: Date[] = [];
        let after: Date | null = from.toJSDate();
        while (after && due.length < count) {
          after = nextDue(schedule, timezone, after);
          if (after) due.push(after);
        }
        return { json: { due: due.map((instant) => instant.toISOString()) } };
      }),
    );

  program
    .command('execution')
    .description('runs of jobs')
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

async function waitWithProgress(opened: Opened, executionId: Buffer): Promise<void> {
  const { runJobAndWait } = await import('../jobs/wait.ts');
  const { withWorker } = await import('./worker.ts');
  let said = '';
  const progress = ({ status, rows }: { status: string; rows: number }) => {
    const line = `${uuidText(executionId)} ${status}${rows > 0 ? `, ${rows} rows` : ''}`;
    if (line !== said) tell(line);
    said = line;
  };
  await withWorker(opened, () => runJobAndWait(opened.services, executionId, { progress }));
}
