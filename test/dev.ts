import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `npm run dev`: rebuilds what changed and starts the product again. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const settleMs = 200;
let product: ChildProcess | undefined;
let timer: NodeJS.Timeout | undefined;
let isRestarting = false;

for (const folder of ['shared', 'db', 'server', 'widget']) watch(join(root, folder), { recursive: true }, later);
process.once('SIGINT', () => void stop().then(() => process.exit(0)));
await restart();

/** Editors write a file in several strokes; one restart is enough. */
function later(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void restart(), settleMs);
}

async function restart(): Promise<void> {
  if (isRestarting) return later();
  isRestarting = true;
  try {
    const { status } = spawnSync('npm', ['run', 'build', '--silent'], { cwd: root, stdio: 'inherit' });
    if (status !== 0) return console.error('not restarted: the build failed');
    await stop();
    product = spawn(process.execPath, ['dist/server/main.js'], { cwd: root, stdio: 'inherit' });
  } finally {
    isRestarting = false;
  }
}

async function stop(): Promise<void> {
  if (!product || product.exitCode !== null) return;
  product.kill('SIGTERM');
  await once(product, 'exit');
}
