import { type Command, InvalidArgumentError } from 'commander';
import { parseUuid, uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { executionStatuses } from '../../shared/execution.ts';
import { logText } from '../../shared/execution-log.ts';
import type { ExecutionPage, ExecutionRow } from '../jobs/list.ts';
import type { Services } from '../services.ts';
import { withAccount } from './command.ts';
import { waitWithProgress } from './job.ts';

const mostRows = 1000;

export function addExecutionCommands(program: Command): void {
  const execution = program.command('execution').description('runs of jobs');
  addList(execution);
  addShow(execution);
  addLog(execution);
  addRetry(execution);
}

interface ListOptions {
  account: string;
  type?: string;
  status?: string[];
  connector?: string;
  job?: string;
  onDemand?: boolean;
  from?: string;
  to?: string;
  cursor?: string;
  limit: number;
}

function addList(execution: Command): void {
  execution
    .command('list')
    .description('the history, newest first')
    .requiredOption('--account <id>')
    .option('--type <type>', 'data_import or data_export', typeOf)
    .option('--status <status>', 'may be repeated: any of them', statusOf)
    .option('--connector <name>', 'with this connector; its uid, where it was deleted')
    .option('--job <name>', 'of this job; its uid, where it was deleted')
    .option('--on-demand', 'without a job: exports that people asked for on the Analysis List')
    .option('--from <date>', "made on this day or later (YYYY-MM-DD, in the account's zone)")
    .option('--to <date>', 'made on this day or before')
    .option('--cursor <cursor>', 'next_cursor of the page before')
    .option('--limit <count>', `how many, at most ${mostRows}`, limitOf, 50)
    .action((options: ListOptions, command: Command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { parseInput } = await import('../parse-input.ts');
        const { executionFilterSchema, onDemand } = await import('../jobs/history-filter.ts');
        const { listExecutions } = await import('../jobs/list.ts');
        const { type, status, from, to, cursor } = options;
        const filter = parseInput(executionFilterSchema, {
          ...{ type, status, from, to, cursor },
          connector: options.connector && (await connectorUid(services, id, options.connector)),
          job: options.onDemand ? onDemand : options.job && (await jobUid(services, id, options.job)),
        });
        const page = await listExecutions(services, id, { ...filter, limit: options.limit });
        return { json: page, text: inLines(page) };
      }),
    );
}

async function connectorUid(services: Services, accountId: number, name: string): Promise<string> {
  if (parseUuid(name)) return name;
  const { findConnector } = await import('../configuration/connectors.ts');
  return (await findConnector(services, accountId, name)).uid;
}

async function jobUid(services: Services, accountId: number, name: string): Promise<string> {
  if (parseUuid(name)) return name;
  const { findJob } = await import('../jobs/find.ts');
  return (await findJob(services, accountId, name)).uid;
}

function typeOf(text: string): string {
  if (text === 'data_import' || text === 'data_export') return text;
  throw new InvalidArgumentError('It is data_import or data_export.');
}

function statusOf(text: string, before: string[] = []): string[] {
  if ((executionStatuses as readonly string[]).includes(text)) return [...before, text];
  throw new InvalidArgumentError(`It is one of ${executionStatuses.join(', ')}.`);
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= mostRows) return limit;
  throw new InvalidArgumentError(`It is a number from 1 to ${mostRows}.`);
}

function inLines({ rows, next_cursor }: ExecutionPage): string {
  if (rows.length === 0) return 'No execution matches.';
  const rest = next_cursor ? [`older ones: --cursor ${next_cursor}`] : [];
  return [...rows.map(inOneLine), ...rest].join('\n');
}

function inOneLine({ execution_id, created_at, status, job_name, counts }: ExecutionRow): string {
  const rows = 'listed' in counts ? counts.listed : counts.rows;
  return [execution_id, created_at, status.padEnd('partial_success'.length), `${rows} rows`, job_name].join('  ');
}

function addShow(execution: Command): void {
  execution
    .command('show')
    .description('one of them, with everything that is known of it')
    .requiredOption('--account <id>')
    .requiredOption('--id <id>')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const executionId = executionIdOf(options.id);
        const { showExecution } = await import('../jobs/show.ts');
        return { json: await showExecution(services, id, executionId) };
      }),
    );
}

function executionIdOf(text: string): Buffer {
  const id = parseUuid(text);
  if (id) return id;
  throw new AppError('invalid', `"${text}" is not an execution's id. "cqa execution list" has them.`);
}

function addLog(execution: Command): void {
  execution
    .command('log')
    .description('what one of them said of itself, a line each')
    .requiredOption('--account <id>')
    .requiredOption('--id <id>')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { showExecution } = await import('../jobs/show.ts');
        const { log } = await showExecution(services, id, executionIdOf(options.id));
        return { json: { log }, text: logText(log).trimEnd() || 'It has said nothing.' };
      }),
    );
}

function addRetry(execution: Command): void {
  execution
    .command('retry')
    .description('do again only what failed in one of them, as a new one')
    .requiredOption('--account <id>')
    .requiredOption('--id <id>')
    .option('--wait', 'until it has ended; exit 0 for success, 1 for every other end')
    .action((options, command) =>
      withAccount(command, options.account, async (opened, { id }) => {
        const { services } = opened;
        const { retryExecution } = await import('../jobs/retry.ts');
        const { showExecution } = await import('../jobs/show.ts');
        const retryId = await retryExecution(services, id, executionIdOf(options.id), { by: 'cqa execution retry' });
        if (options.wait) await waitWithProgress(command, opened, { accountId: id, executionId: retryId });
        const { status, items, counts, note, error } = await showExecution(services, id, retryId);
        const json = { execution_id: uuidText(retryId), status, items, counts, note, error };
        return { json, failed: options.wait === true && status !== 'success' };
      }),
    );
}
