import type { CheckStep, Direction } from '../../../shared/connector.ts';
import { AppError } from '../../../shared/error.ts';
import { failed, passed, type Told, tried } from '../check-steps.ts';
import type { ConnectorContext, SourceItem } from '../connector.ts';
import { importFormatOf } from '../files/fields.ts';
import { writingOf } from './check-writing.ts';
import { type SftpConfig, sftpUrl } from './config.ts';
import { type ConnectOptions, connect, noProgress, type Progress } from './connect.ts';
import type { Connection } from './connection.ts';
import { missingFolder } from './folder-failure.ts';
import { listItems } from './items.ts';
import { realPath } from './source.ts';

const namesShown = 3;
const filesCounted = 10_000;

/** Tries what the direction needs and tells each step; the first that fails is the last. */
export async function* checkSftp(
  config: SftpConfig,
  direction: Direction,
  context: ConnectorContext,
  options: ConnectOptions = {},
): AsyncGenerator<CheckStep> {
  const progress = noProgress();
  const attempt = await connect(config, context, options, progress).catch((error: unknown) => AppError.from(error));
  yield* connectionSteps(config, progress, attempt);
  if (attempt instanceof AppError) return;
  try {
    const folder = yield* tried('list', () => lookIntoFolder(attempt, config));
    const writes = writingOf(config, direction);
    if (folder !== undefined && writes) yield* tried('write', () => writes(attempt, config));
  } finally {
    await attempt[Symbol.asyncDispose]();
  }
}

/** One attempt goes through three steps; how far it came says which of them failed. */
function* connectionSteps(
  config: SftpConfig,
  progress: Progress,
  attempt: Connection | AppError,
): Generator<CheckStep> {
  const failure = attempt instanceof AppError ? attempt : undefined;
  if (!progress.hostKey && failure) return yield failed('reach', failure);
  yield passed('reach', `${config.host}:${config.port} answers.`);
  const seen = progress.hostKey ?? '';
  if (!progress.hostKeyAccepted && failure) return yield failed('host_key', failure, { host_key: seen });
  const isNew = config.host_key === undefined;
  yield passed(
    'host_key',
    isNew
      ? `The server shows the key ${seen}. Compare it with what whoever runs the server tells you. Once it is pinned, no other key is accepted.`
      : `The server shows the expected key ${seen}.`,
    { host_key: seen },
  );
  if (failure) return yield failed('sign_in', hasKey(config) ? failure : noKeyYet());
  yield passed('sign_in', `Signed in as ${config.username}.`);
}

function hasKey({ credential }: SftpConfig): boolean {
  return credential.type !== 'ssh_key' || credential.private_key !== undefined;
}

function noKeyYet(): AppError {
  return new AppError(
    'invalid',
    'There is no SSH key yet: saving makes the pair. Save this connector, give the public key on its card to whoever runs the server, then test again.',
    { field: 'credential' },
  );
}

async function lookIntoFolder(connection: Connection, config: SftpConfig): Promise<Told> {
  try {
    return await folderTold(connection, config);
  } catch (error) {
    throw await missingFolder(error, connection, config);
  }
}

async function folderTold(connection: Connection, config: SftpConfig): Promise<Told> {
  const folder = await realPath(connection, config.directory);
  const { first, ready, waiting, isAll } = await look(listItems(connection, folder, config));
  const count = `${isAll ? '' : 'more than '}${ready.toLocaleString('en')}`;
  const found =
    ready === 0
      ? `${sftpUrl(config, folder)} is there; no ${endingsOf(config)} file lies in it now`
      : `${sftpUrl(config, folder)} has ${count} ${ready === 1 && isAll ? 'file' : 'files'} to import: ${first.join(', ')}${ready > first.length ? ', …' : ''}`;
  const message = `${found}${waiting > 0 ? `; ${waiting.toLocaleString('en')} not complete yet` : ''}.`;
  return { message, details: { files: first, file_count: ready } };
}

function endingsOf(config: SftpConfig): string {
  return importFormatOf(config).toUpperCase();
}

/** Looks at so many files as a person waits for. The first by name are kept. */
async function look(items: AsyncIterable<SourceItem>) {
  const seen = { first: [] as string[], ready: 0, waiting: 0, isAll: true };
  for await (const { key, readiness } of items) {
    if (readiness === 'ready') {
      seen.ready++;
      seen.first = [...seen.first, key].sort().slice(0, namesShown);
    } else seen.waiting++;
    if (seen.ready + seen.waiting < filesCounted) continue;
    seen.isAll = false;
    break;
  }
  return seen;
}
