import { mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';

/** Gives a file its name. Most folders are there already, so they are made only when they prove missing. */
export function moveInto(temporary: string, path: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(temporary, path);
      return;
    } catch (error) {
      // A removal may take the empty folder away between making it and moving into it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === 4) throw error;
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    }
  }
}
