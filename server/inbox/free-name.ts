import { numbered } from '../connectors/sftp/finish.ts';
import { folderOf, nameOf } from './paths.ts';

/** The path itself, or the first of `calls-2.csv`, `calls-3.csv`, … that is free; found by doubling and halving. */
export async function freeName(path: string, isTaken: (path: string) => Promise<boolean>): Promise<string> {
  const folder = folderOf(path);
  const named = (number: number) => `${folder === '' ? '' : `${folder}/`}${numbered(nameOf(path), number)}`;
  if (!(await isTaken(path))) return path;
  let taken = 1;
  let free = 2;
  while (await isTaken(named(free))) [taken, free] = [free, free * 2];
  while (free - taken > 1) {
    const between = (taken + free) >> 1;
    if (await isTaken(named(between))) taken = between;
    else free = between;
  }
  return named(free);
}
