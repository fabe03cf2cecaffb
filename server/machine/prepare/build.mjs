import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isStale, manifestOf, writeManifest } from './manifest.mjs';

const serverFolders = ['shared', 'db', 'server', 'test'];
const serverSources = { folders: serverFolders, files: ['tsconfig.json'], pattern: /\.ts$/ };
const widgetSources = { folders: ['widget', 'shared'], files: [], pattern: /./ };
const serverStamp = 'dist/.built-node';
const widgetStamp = 'dist/.built-widget';
const widgetConfig = 'widget/vite.config.ts';

export function serverIsStale(root) {
  return isStale(root, serverStamp, serverSources);
}

/** A clone without a front end has nothing to build there. */
export function widgetIsStale(root) {
  if (!existsSync(join(root, widgetConfig))) return false;
  return !existsSync(join(root, 'dist/widget')) || isStale(root, widgetStamp, widgetSources);
}

/**
 * Compiles aside and moves the result into place: what runs from dist keeps running if this fails, and what was
 * compiled from a source that is gone goes, too.
 */
export function buildServer(root, say) {
  say('Compiling …');
  const manifest = manifestOf(root, serverSources);
  const fresh = join(root, '.cqa-compiled');
  rmSync(fresh, { recursive: true, force: true });
  try {
    runTool(root, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--outDir', '.cqa-compiled']);
    replaceBuilt(root, fresh);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  writeManifest(root, serverStamp, manifest);
}

function replaceBuilt(root, fresh) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  rmSync(join(root, serverStamp), { force: true });
  for (const folder of serverFolders) {
    rmSync(join(root, 'dist', folder), { recursive: true, force: true });
    if (existsSync(join(fresh, folder))) renameSync(join(fresh, folder), join(root, 'dist', folder));
  }
}

export function buildWidget(root, say) {
  say('Building the console …');
  const manifest = manifestOf(root, widgetSources);
  runTool(root, ['node_modules/vite/bin/vite.js', 'build', '--config', widgetConfig, '--emptyOutDir']);
  writeManifest(root, widgetStamp, manifest);
}

function runTool(root, args) {
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (result.status === 0) return;
  throw new Error(`${result.stdout}${result.stderr}\nThe build failed: ${args.slice(0, 2).join(' ')}`);
}
