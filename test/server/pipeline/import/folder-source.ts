import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ConnectorType, SourceItem } from '../../../../server/connectors/connector.ts';
import { AppError } from '../../../../shared/error.ts';

const configSchema = z.looseObject({ directory: z.string() });
type FolderConfig = z.infer<typeof configSchema>;

/** A source of items for tests and benchmarks: a local folder. Names that end in `.part` are still being written. */
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
  async source({ directory }: FolderConfig) {
    return {
      async *list(): AsyncGenerator<SourceItem> {
        for (const key of (await namesIn(directory)).sort()) {
          const { size, mtimeMs } = await stat(join(directory, key));
          const readiness = key.endsWith('.part') ? { waiting: 'still being written' } : ('ready' as const);
          yield { key, version: `${size}-${mtimeMs}`, size, readiness };
        }
      },
      async read({ key }: SourceItem) {
        if (key.startsWith('unreadable'))
          throw new AppError('permission_denied', 'The file may not be read by this user. Allow it on the server.');
        return createReadStream(join(directory, key));
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  },
} satisfies ConnectorType<FolderConfig>;

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    throw new AppError('path_missing', `There is no folder ${directory} on the server. Correct the folder.`, { cause });
  }
}
