import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const probeEveryMs = 200;
/** Between making the folder and writing the pid into it lie microseconds. */
const unsignedMaxMs = 5000;

/**
 * Runs `action` while no other process prepares this clone. Making a folder is the one step that exactly one of several
 * processes can do.
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {() => void} action
 */
export async function holdingLock(root, say, action) {
  const folder = join(root, '.cqa-preparing');
  let told = false;
  while (!taken(folder)) {
    if (abandoned(folder)) discard(folder);
    else {
      if (!told) say('Another process is preparing this clone; waiting for it.');
      told = true;
      await pause(probeEveryMs);
    }
  }
  const removeAtExit = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeAtExit);
  try {
    action();
  } finally {
    process.removeListener('exit', removeAtExit);
    removeAtExit();
  }
}

function taken(folder) {
  try {
    mkdirSync(folder);
  } catch (thrown) {
    if (thrown.code === 'EEXIST') return false;
    throw new Error(`${folder} cannot be made: ${thrown.message}. Start once as a user who may write there.`);
  }
  writeFileSync(join(folder, 'pid'), String(process.pid));
  return true;
}

/** Whether the process that made the folder is gone. */
function abandoned(folder) {
  try {
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    return pid > 0 && !alive(pid);
  } catch {
    const made = statSync(folder, { throwIfNoEntry: false });
    return made !== undefined && Date.now() - made.mtimeMs > unsignedMaxMs;
  }
}

function alive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return thrown.code === 'EPERM';
  }
}

/** Moves the folder away first: of several that wait, one succeeds, and none removes the next owner's. */
function discard(folder) {
  const aside = `${folder}-${process.pid}`;
  try {
    renameSync(folder, aside);
  } catch (thrown) {
    if (thrown.code === 'ENOENT') return;
    throw thrown;
  }
  rmSync(aside, { recursive: true, force: true });
}
