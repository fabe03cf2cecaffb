import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `npm run check`: what every change must pass. Stops at the first thing that fails and says how long each took. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const tool = (name: string) => join(root, 'node_modules', '.bin', name);

const steps: [title: string, command: string, args: string[]][] = [
  ['format and lint', tool('biome'), ['ci', '--colors=off', '--error-on-warnings', '.']],
  // Biome has this rule too, and takes ten times as long for it.
  ['promises', tool('oxlint'), ['--type-aware', '-A', 'all', '-D', 'typescript/no-floating-promises', '.']],
  ['types of server, db, shared, test', tool('tsc'), ['-p', 'tsconfig.json', '--noEmit']],
  ['types of widget', tool('tsc'), ['-p', 'widget/tsconfig.json', '--noEmit']],
  ['tests', process.execPath, ['dist/test/run.js']],
];

for (const [title, command, args] of steps) {
  const startedAt = Date.now();
  console.log(`\n== ${title}`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  console.log(
    `== ${title}: ${status === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`,
  );
  if (status !== 0) process.exit(1);
}
