import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { run } from './run.ts';
import { unpackInto } from './unpack.ts';

export type Say = (line: string) => void;
/** For each program the sets of packages that would bring it, the preferred first. */
export type PackageChoices = readonly (readonly (readonly string[])[])[];

const policyFile = '/usr/sbin/policy-rc.d';
/** Another apt-get may be at work, as on a machine that has just booted. */
const patiently = ['-q', '-o', 'DPkg::Lock::Timeout=180'];

/** Whether this is Debian or one of its family, with its package tools. */
export function aptAvailable(): boolean {
  return existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/**
 * Installs packages as root, without starting the services that some of them bring.
 * @throws Error with the end of apt-get's output
 */
export async function installPackages(choices: PackageChoices, say: Say): Promise<void> {
  await withoutServices(async () => {
    const names = await choosePackages(choices);
    if (names !== undefined && (await tryInstall(names, say))) return;
    // No lists yet, or lists so old that their versions are gone.
    say('apt-get update');
    await run('apt-get', [...patiently, 'update']);
    await install((await choosePackages(choices)) ?? preferred(choices), say);
  });
}

async function tryInstall(names: readonly string[], say: Say): Promise<boolean> {
  try {
    await install(names, say);
    return true;
  } catch (thrown) {
    say(`That failed: ${thrown instanceof Error ? thrown.message : thrown}`);
    say('Trying once more with new package lists.');
    return false;
  }
}

async function install(names: readonly string[], say: Say): Promise<void> {
  say(`apt-get install ${names.join(' ')}`);
  await run('apt-get', [...patiently, 'install', '-y', '--no-install-recommends', ...names]);
}

/**
 * Unpacks packages and what they need into a folder, without root; their programs can be run from its `bin`.
 * @throws Error with the end of the failing program's output
 */
export async function unpackPackages(choices: PackageChoices, folder: string, say: Say): Promise<void> {
  // An ordinary user may not fetch lists for the whole machine, so these are lists of our own.
  const options = [`Dir::State::Lists=${folder}/lists`, `Dir::Cache=${folder}/cache`].flatMap((text) => ['-o', text]);
  await run('mkdir', ['-p', `${folder}/lists/partial`, `${folder}/cache/archives/partial`]);
  say('apt-get update (lists of our own, in the data folder)');
  await run('apt-get', [...options, '-q', 'update']);
  const names = (await choosePackages(choices, options)) ?? preferred(choices);
  await unpackInto(folder, names, options, say);
}

function preferred(choices: PackageChoices): string[] {
  return [...new Set(choices.flatMap((sets) => sets[0] ?? []))];
}

/** Picks for each program the first set that this release knows; undefined where it knows none. */
async function choosePackages(choices: PackageChoices, options: readonly string[] = []): Promise<string[] | undefined> {
  const picked = await Promise.all(choices.map((sets) => firstKnown(sets, options)));
  return picked.includes(undefined) ? undefined : [...new Set(picked.flatMap((set) => set ?? []))];
}

async function firstKnown(
  sets: readonly (readonly string[])[],
  options: readonly string[],
): Promise<readonly string[] | undefined> {
  for (const set of sets) {
    // A name that only other packages mention is printed with no version to install.
    const policy = await run('apt-cache', [...options, 'policy', ...set]);
    const candidates = policy.match(/Candidate: (?!\(none\))/g) ?? [];
    if (candidates.length === set.length) return set;
  }
  return undefined;
}

/**
 * Debian starts a service as soon as its package is there. This file is how it is told not to; one that somebody else
 * wrote is left alone.
 */
async function withoutServices(action: () => Promise<void>): Promise<void> {
  if (existsSync(policyFile)) return action();
  await writeFile(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await action();
  } finally {
    await rm(policyFile, { force: true });
  }
}
