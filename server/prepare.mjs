/**
 * Brings a clone into the state in which its programs can run, then runs one of them:
 *
 *     node server/prepare.mjs server/main [arguments…]
 *
 * Node's own modules only: this runs before any package is installed. It is quiet unless there is something to do, and
 * says what it does on standard error, so that a program's output stays its own. Importing it has no effects.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildServer, buildWidget, serverIsStale, widgetIsStale } from './machine/prepare/build.mjs';
import { holdingLock } from './machine/prepare/lock.mjs';
import { installPackages, packagesInPlace } from './machine/prepare/packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Ends with clear words on a Node that is too old, where the program itself would fail with a syntax error. */
function requireNode() {
  const { engines } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const [wantedMajor, wantedMinor] = engines.node.match(/\d+/g).map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  say(`This is Node ${process.versions.node}; ${wantedMajor}.${wantedMinor} or newer is needed (https://nodejs.org).`);
  process.exit(1);
}

/**
 * Installs and builds what is missing or older than its sources. Several processes may call it at once.
 * @param {{development?: boolean, widget?: boolean}} needs `development`: also the packages that only tests and tools
 *   use; `widget`: also the console's front end
 */
export async function prepare({ development = false, widget = true } = {}) {
  requireNode();
  const pending = () => {
    const server = serverIsStale(root);
    const console = widget && widgetIsStale(root);
    return { packages: !packagesInPlace(root, development || server || console), server, console };
  };
  if (!Object.values(pending()).includes(true)) return;
  await holdingLock(root, say, () => {
    const left = pending(); // another process may have done it while we waited
    if (left.packages) installPackages(root, say);
    if (left.server) buildServer(root, say);
    if (left.console) buildWidget(root, say);
  });
}

/**
 * Runs a compiled module in this process, as if Node had been started with it.
 * @param {string} module its path below dist, without `.js`
 * @param {string[]} args
 */
export async function runModule(module, args) {
  const path = `${root}dist/${module}.js`;
  if (!existsSync(path)) {
    say(`There is no ${module}.ts to run in ${root}.`);
    process.exit(2);
  }
  process.argv = [process.argv[0], path, ...args];
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(path).href);
}

const [, script, module, ...args] = process.argv;
if (script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url)) {
  if (module === undefined) {
    say('Usage: node server/prepare.mjs MODULE [ARGUMENTS…], such as server/main');
    process.exit(2);
  }
  try {
    await prepare({ development: module.startsWith('test/') });
  } catch (thrown) {
    say(thrown.message);
    process.exit(1);
  }
  await runModule(module, args);
}
