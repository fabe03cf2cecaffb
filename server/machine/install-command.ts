import { existsSync } from 'node:fs';
import type { ProgramFacts } from './programs.ts';

/** The one command that brings these programs to this machine. */
export function installCommand(facts: readonly ProgramFacts[]): string {
  const root = process.getuid?.() === 0 ? '' : 'sudo ';
  if (process.platform === 'darwin') return `brew install ${unique(facts.map((fact) => fact.homebrew))}`;
  if (existsSync('/etc/alpine-release')) return `${root}apk add ${unique(facts.map((fact) => fact.alpine))}`;
  if (existsSync('/etc/redhat-release')) return `${root}dnf install -y ${unique(facts.map((fact) => fact.fedora))}`;
  const packages = unique(facts.flatMap((fact) => fact.debian[0] ?? []));
  return `${root}apt-get update && ${root}apt-get install -y --no-install-recommends ${packages}`;
}

function unique(names: readonly string[]): string {
  return [...new Set(names)].join(' ');
}
