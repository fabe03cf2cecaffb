import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { CheckStep, Direction } from '../../../shared/connector.ts';
import { AppError } from '../../../shared/error.ts';
import { failed, passed, type Told, tried } from '../check-steps.ts';
import type { ConnectorContext } from '../connector.ts';
import { type SftpConfig, sftpUrl } from './config.ts';
import { type ConnectOptions, connect, noProgress, type Progress } from './connect.ts';
import type { Connection } from './connection.ts';
import { listFolder } from './listing.ts';
import { removeFile, writeFile } from './sink.ts';
import { realPath } from './source.ts';

const namesShown = 3;

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
    if (folder !== undefined && direction === 'export') yield* tried('write', () => writeTestFile(attempt, config));
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
  const folder = await realPath(connection, config.directory);
  const names = [...(await listFolder(connection, folder)).keys()].sort();
  const first = names.slice(0, namesShown);
  const message =
    names.length === 0
      ? `${sftpUrl(config, folder)} is there; no CSV file lies in it now.`
      : `${sftpUrl(config, folder)} has ${names.length} CSV ${names.length === 1 ? 'file' : 'files'}: ${first.join(', ')}${names.length > first.length ? ', …' : ''}.`;
  return { message, details: { files: first, file_count: names.length } };
}

async function writeTestFile(connection: Connection, config: SftpConfig): Promise<Told> {
  const folder = await realPath(connection, config.directory);
  const path = posix.join(folder, `.cqa-test-${randomBytes(6).toString('hex')}.tmp`);
  await writeFile(connection, path, content());
  await removeFile(connection, path);
  return { message: `A test file was written into ${sftpUrl(config, folder)} and removed again.` };
}

async function* content(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('Connection test of CQA Data Integrations. This file may be deleted.\n');
}
