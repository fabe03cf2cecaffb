import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Says which package-lock.json the installed packages were last found to fit, and whether with development ones. */
const stampName = 'node_modules/.cqa-lock-hash';

/**
 * Whether the packages installed are those of package-lock.json.
 * @param {string} root
 * @param {boolean} development whether the packages of tests and tools are needed, too
 */
export function packagesInPlace(root, development) {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = join(root, stampName);
  const hidden = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(hidden)) return false;
  const current = [`${hashOf(lock)} development`, ...(development ? [] : [`${hashOf(lock)} production`])];
  if (existsSync(stamp) && current.includes(readFileSync(stamp, 'utf8'))) return true;
  // Somebody ran npm by hand: npm notes what it installed.
  if (!fits(JSON.parse(lock), JSON.parse(readFileSync(hidden, 'utf8')), development)) return false;
  writeStamp(root, lock, development);
  return true;
}

function fits(lock, installed, development) {
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed.packages[path];
    if (found === undefined)
      return wanted.optional === true || wanted.devOptional === true || (wanted.dev === true && !development);
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

/**
 * Installs exactly what package-lock.json names.
 * @param {string} root
 * @param {(line: string) => void} say
 * @throws Error with npm's own words when it fails, and before anything is touched where node_modules is a link
 */
export function installPackages(root, say) {
  requireOwnFolder(root);
  say('Installing packages (npm ci) …');
  const { status, output } = npm(root, ['ci']);
  if (status !== 0)
    throw new Error(`${output}\nThe packages could not be installed. Run \`npm ci\` in ${root} and start again.`);
  writeStamp(root, readFileSync(join(root, 'package-lock.json'), 'utf8'), true);
}

/** npm ci empties node_modules first: behind a link it would empty a folder that something else uses. */
function requireOwnFolder(root) {
  const folder = join(root, 'node_modules');
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  throw new Error(
    `${folder} is a symbolic link to ${readlinkSync(folder)}, and what is installed there is not what package-lock.json names. Installing (npm ci) would empty that folder, so nothing was done. Remove the link (not the folder behind it) and start again: the packages are then installed into a folder of this clone's own. Or run \`npm ci\` where the folder lies, if its package-lock.json is the same as this one.`,
  );
}

function npm(root, command) {
  const args = [...command, '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const script = process.env.npm_execpath;
  const [program, before] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []];
  const result = spawnSync(program, [...before, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  return { status: result.status, output: result.error?.message ?? `${result.stdout}${result.stderr}` };
}

/** The stamp only saves a look next time, so an installation that may not be written goes without. */
function writeStamp(root, lock, development) {
  try {
    writeFileSync(join(root, stampName), `${hashOf(lock)} ${development ? 'development' : 'production'}`);
  } catch (thrown) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(thrown.code)) throw thrown;
  }
}

function hashOf(text) {
  return createHash('sha256').update(text).digest('hex');
}
