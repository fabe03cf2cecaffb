import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { print, withServices } from './command.ts';
import { shellOf } from './shell.ts';

export function addMachineCommands(program: Command): void {
  program
    .command('migrate')
    .description('bring the database up to date and end')
    .action((_, command) =>
      withServices(command, async ({ services }) => ({
        json: { migrated: true, server: services.database.version },
        text: 'The database is up to date.',
      })),
    );

  program
    .command('doctor')
    .description('say what this machine has and what it lacks')
    .action(async (_, command) => {
      const { inspect } = await import('../machine/doctor.ts');
      const { dataDir, databaseUrl, storageUrl, emailFrom } = readConfig(shellOf(command).environment);
      const findings = await inspect({ dataDir, embedded: databaseUrl === undefined, storageUrl, emailFrom });
      const lines = findings.map(
        ({ name, ok, found, advice }) =>
          `${ok ? 'ok  ' : 'LACK'} ${name}${found ? `: ${found}` : ''}${advice ? `\n     ${advice}` : ''}`,
      );
      print(command, {
        json: { ok: findings.every(({ ok }) => ok), findings },
        text: lines.join('\n'),
        failed: findings.some(({ ok }) => !ok),
      });
    });
}
