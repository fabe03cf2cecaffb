import { createReadStream } from 'node:fs';
import { mkdir, opendir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { AfterSuccess, ConnectorType, RecordingRef, SourceItem } from '../../../../server/connectors/connector.ts';
import { AppError } from '../../../../shared/error.ts';

const configSchema = z.looseObject({ directory: z.string(), notes: z.array(z.string()).default([]) });
type FolderConfig = z.infer<typeof configSchema>;

/**
 * A source of items for tests and benchmarks: a local folder, listed in whatever order it has. Names that end in `.part`
 * are still being written; `unreadable…` may not be read, `stuck…` may not be moved; recordings that are not there come
 * later.
 */
export const folderSource = {
  id: 'folder',
  title: 'Folder',
  summary: 'A local folder',
  directions: ['import'] as const,
  prerequisites: {},
  config: configSchema,
  async *check() {
    yield* [];
  },
  location: ({ directory }: FolderConfig) => directory,
  async source({ directory, notes }: FolderConfig) {
    return {
      notes: () => notes,
      async *list(): AsyncGenerator<SourceItem> {
        for (const key of await namesIn(directory)) {
          const { size, mtime, version } = await factsOf(join(directory, key));
          const readiness = key.endsWith('.part') ? { waiting: 'still being written' } : ('ready' as const);
          yield { key, version, size, modifiedAt: mtime, readiness };
        }
      },
      async read(item: SourceItem) {
        if (item.key.startsWith('unreadable'))
          throw new AppError('permission_denied', 'The file may not be read by this user. Allow it on the server.');
        await requireSame(directory, item);
        return unchanged(directory, item);
      },
      async finish(item: SourceItem, action: AfterSuccess) {
        if (item.key.startsWith('stuck'))
          throw new AppError('permission_denied', 'The file may not be moved by this user.');
        if (!(await namesIn(directory)).includes(item.key)) return;
        await requireSame(directory, item);
        const path = join(directory, item.key);
        if (action === 'delete') return await rm(path);
        await mkdir(processedFolder(directory), { recursive: true });
        await rename(path, join(processedFolder(directory), item.key));
      },
      async recording({ path }: RecordingRef) {
        if (path.startsWith('limited'))
          throw new AppError('rate_limited', 'Too many calls.', { retryAfterSeconds: 300 });
        if (!(await namesIn(directory)).includes(path))
          throw new AppError('recording_not_yet', `${path} is not there yet.`);
        return createReadStream(join(directory, path));
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  },
} satisfies ConnectorType<FolderConfig>;

export function processedFolder(directory: string): string {
  return `${directory}-processed`;
}

async function namesIn(directory: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(directory)) names.push(name);
  } catch (cause) {
    throw new AppError('path_missing', `There is no folder ${directory} on the server. Correct the folder.`, { cause });
  }
  return names;
}

async function factsOf(path: string) {
  const { size, mtime, mtimeMs } = await stat(path);
  return { size, mtime, version: `${size}-${mtimeMs}` };
}

async function requireSame(directory: string, { key, version }: SourceItem): Promise<void> {
  if ((await factsOf(join(directory, key))).version !== version)
    throw new AppError('item_changed', `${key} was changed while it was read.`);
}

async function* unchanged(directory: string, item: SourceItem): AsyncGenerator<Uint8Array> {
  yield* createReadStream(join(directory, item.key));
  await requireSame(directory, item);
}
