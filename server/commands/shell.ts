import type { Command } from 'commander';

/** What surrounds a command: the process's own, or a test's. */
export interface Shell {
  /** Where our settings are. The AWS SDK and the programs that are started read that of the process. */
  environment: NodeJS.ProcessEnv;
  /** The answer alone. */
  out(text: string): void;
  /** Progress, remarks and complaints. */
  err(text: string): void;
}

const shells = new WeakMap<Command, Shell>();

/** For the program and every command of it. */
export function setShell(program: Command, shell: Shell): void {
  shells.set(program, shell);
  program.configureOutput({ writeOut: shell.out, writeErr: shell.err });
}

export function shellOf(command: Command): Shell {
  const shell = shells.get(command) ?? (command.parent ? shellOf(command.parent) : undefined);
  if (!shell) throw new Error('setShell() was not called for the program of this command');
  return shell;
}
