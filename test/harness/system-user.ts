import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { patienceMs } from './eventually.ts';

export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
  password: string;
}

const prefix = 'cqat';

/** A throw-away login of this machine. Only root can make one; undefined for everybody else. */
export async function makeSystemUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return undefined;
  await removeLeftovers();
  // The process id in the name tells a later run whether anybody still needs this user.
  const name = `${prefix}-${process.pid}-${randomBytes(4).toString('hex')}`;
  const password = randomBytes(12).toString('base64url');
  await whenUnlocked(() =>
    execFileSync('useradd', ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin', name], {
      stdio: 'pipe',
    }),
  );
  await whenUnlocked(() => execFileSync('chpasswd', { input: `${name}:${password}\n`, stdio: 'pipe' }));
  const [, , uid, gid] = lineOf(name);
  return { name, password, uid: Number(uid), gid: Number(gid) };
}

export async function removeSystemUser(name: string): Promise<void> {
  await whenUnlocked(() => execFileSync('userdel', ['--force', name], { stdio: 'pipe' }));
}

function lineOf(name: string): string[] {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((candidate) => candidate.startsWith(`${name}:`));
  if (!line) throw new Error(`useradd made no user ${name}`);
  return line.split(':');
}

async function removeLeftovers(): Promise<void> {
  const names = readFileSync('/etc/passwd', 'utf8').matchAll(new RegExp(`^(${prefix}-(\\d+)-[0-9a-f]{8}):`, 'gm'));
  for (const [, name, processId] of names) if (name && !existsSync(`/proc/${processId}`)) await removeIfThere(name);
}

/** Two runs may clean up at the same time. */
async function removeIfThere(name: string): Promise<void> {
  try {
    await removeSystemUser(name);
  } catch (error) {
    if (!/does not exist/.test(String(error))) throw error;
  }
}

/** The password file has one lock for the whole machine. */
async function whenUnlocked(act: () => void): Promise<void> {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (!/lock/.test(String(error)) || performance.now() > end) throw error;
      await delay(50 + Math.random() * 100);
    }
  }
}
