import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Command } from 'commander';
import { AppError } from '../../shared/error.ts';
import type { Applied } from '../configuration/apply.ts';
import type { Services } from '../services.ts';
import { withAccount } from './command.ts';
import { shellOf } from './shell.ts';

const by = 'cqa apply';

export function addConfigurationCommands(program: Command): void {
  program
    .command('apply')
    .description('bring an account in line with a YAML file')
    .requiredOption('--account <id>')
    .requiredOption('-f, --file <path>')
    .option('--dry-run', 'say what would change and change nothing')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { apply, readConfiguration } = await import('../configuration/apply.ts');
        const document = readConfiguration(readText(options.file), shellOf(command).environment);
        const dryRun = options.dryRun === true;
        const applied = await apply(services, id, document, { by, dryRun });
        const remarks = dryRun ? [] : await streamRemarks(services, { id, uid: options.account }, applied);
        return { json: applied, text: [describe(applied, dryRun), ...remarks].join('\n') };
      }),
    );

  program
    .command('export')
    .description("print an account's configuration as YAML, secrets left out")
    .requiredOption('--account <id>')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { exportConfiguration } = await import('../configuration/export.ts');
        const yaml = await exportConfiguration(services, id);
        return { json: { yaml }, text: yaml.trimEnd() };
      }),
    );
}

/** A connector that reads a stream begins by itself, so it is said whether somebody reads it. */
async function streamRemarks(
  services: Services,
  account: { id: number; uid: string },
  applied: Applied,
): Promise<string[]> {
  const { listStreams } = await import('../stream/view.ts');
  const { streamRemark } = await import('./stream-words.ts');
  const changed = new Set([...applied.created, ...applied.updated]);
  const streams = await listStreams(services.database.pool, account.id);
  const made = streams.filter(({ name }) => changed.has(`connector ${name}`));
  return made.map((stream) => streamRemark(stream, account.uid));
}

function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (cause) {
    throw new AppError('invalid', `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

function describe({ created, updated, unchanged, remarks = [] }: Applied, dryRun: boolean): string {
  const would = dryRun ? 'would be ' : '';
  const lines = [
    ...created.map((label) => `${would}created: ${label}`),
    ...updated.map((label) => `${would}updated: ${label}`),
  ];
  return [
    ...lines,
    `${created.length} ${would}created, ${updated.length} ${would}updated, ${unchanged.length} unchanged`,
    ...remarks,
  ].join('\n');
}

export function addConnectorCommands(program: Command): void {
  const connector = program.command('connector').description('connections to outside systems');

  connector
    .command('check')
    .description('test the connection, step by step')
    .requiredOption('--account <id>')
    .requiredOption('--name <name>')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { checkConnector } = await import('../configuration/check.ts');
        const { findConnector } = await import('../configuration/connectors.ts');
        const { uid } = await findConnector(services, id, options.name);
        const { ok, message, details, steps } = await checkConnector(
          services,
          id,
          uid,
          `cqa connector check on ${hostname()}`,
        );
        const lines = steps.map((step) => `${step.ok ? 'ok    ' : 'FAILED'} ${step.title}: ${step.message}`);
        return { json: { ok, message, details, steps }, text: lines.join('\n'), failed: !ok };
      }),
    );

  connector
    .command('show')
    .description('the public side of a connector')
    .requiredOption('--account <id>')
    .requiredOption('--name <name>')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, { id }) => {
        const { findConnector } = await import('../configuration/connectors.ts');
        const { name, type, is_enabled, public_side, config, last_check } = await findConnector(
          services,
          id,
          options.name,
        );
        const status = is_enabled ? 'enabled' : 'disabled';
        return { json: { name, type, status, host_key: config.host_key ?? null, ...public_side, last_check } };
      }),
    );
}
