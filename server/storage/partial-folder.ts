import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFailure } from './write-failure.ts';

const abandonedMs = 24 * 3600_000;

/** Where files under way lie: made when the first of them comes, which also clears what killed programs left. */
export class PartialFolder {
  readonly #folder: string;
  #prepared: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** For a file that nobody else names. Throws what writeFailure() makes of errors. */
  async newPath(): Promise<string> {
    this.#prepared ??= prepare(this.#folder).catch((error: unknown) => {
      this.#prepared = undefined;
      throw writeFailure(error, this.#folder);
    });
    await this.#prepared;
    return join(this.#folder, randomUUID());
  }
}

async function prepare(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    if (facts && Date.now() - facts.mtimeMs > abandonedMs) await rm(path, { force: true });
  }
}
