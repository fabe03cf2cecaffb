import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

/**
 * Downloads Debian packages and those they need that the machine lacks, and unpacks them below `folder`:
 *
 *     root/      the packages' files
 *     bin/       one small script for each program: it sets the library path and runs the program
 *     share, lib links into root/usr, where a server of the installation finds its messages and plugins
 *     sbin       a link to bin: some programs look for others there
 */
export async function unpackInto(
  folder: string,
  names: readonly string[],
  aptOptions: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  const all = await missingClosure(names, aptOptions);
  const archives = join(folder, 'archives');
  await mkdir(archives, { recursive: true });
  say(`Downloading ${all.length} packages into ${folder}`);
  await run('apt-get', [...aptOptions, '-q', 'download', ...all], archives);
  const root = join(folder, 'root');
  for (const file of await readdir(archives)) await run('dpkg', ['-x', join(archives, file), root]);
  for (const spent of ['archives', 'cache', 'lists']) await rm(join(folder, spent), { recursive: true, force: true });
  await linkParts(folder, root);
  await writeScripts(folder, root);
}

/** apt-get works out what would have to be installed; it may do so without root, since it only pretends. */
async function missingClosure(names: readonly string[], aptOptions: readonly string[]): Promise<string[]> {
  const plan = await run('apt-get', [...aptOptions, '-s', '--no-install-recommends', 'install', ...names]);
  const added = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
  return [...new Set([...names, ...added])];
}

async function linkParts(folder: string, root: string): Promise<void> {
  const targets = { share: join(root, 'usr/share'), lib: join(root, 'usr/lib'), sbin: join(folder, 'bin') };
  for (const [name, target] of Object.entries(targets)) {
    await rm(join(folder, name), { force: true });
    await symlink(target, join(folder, name));
  }
}

async function writeScripts(folder: string, root: string): Promise<void> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  const libraries = await libraryFolders(root);
  for (const place of ['usr/bin', 'usr/sbin', 'bin', 'sbin']) {
    const from = join(root, place);
    if (!existsSync(from)) continue;
    for (const program of await readdir(from)) {
      const script = join(bin, program);
      await writeFile(script, startScript(join(from, program), libraries));
      await chmod(script, 0o755);
    }
  }
}

function startScript(program: string, libraries: readonly string[]): string {
  const path = libraries.join(':');
  return `#!/bin/sh\nexport LD_LIBRARY_PATH="${path}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\nexec "${program}" "$@"\n`;
}

/** The folders that hold shared libraries: Debian keeps them in one folder per architecture, and some one below it. */
async function libraryFolders(root: string): Promise<string[]> {
  const found = await run('find', [root, '-name', '*.so.*', '-printf', '%h\n']);
  return [...new Set(found.split('\n').filter((line) => line !== ''))];
}
