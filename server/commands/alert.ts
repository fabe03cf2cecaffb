import type { Command } from 'commander';
import { type Answer, withAccount } from './command.ts';

export function addAlertCommands(program: Command): void {
  const alert = program.command('alert').description('what somebody should look at, and who is told of it');
  addList(alert);
  addTest(alert);
}

function addList(alert: Command): void {
  alert
    .command('list')
    .description('what is open, the newest first')
    .requiredOption('--account <id>')
    .action((options: { account: string }, command: Command) =>
      withAccount(command, options.account, async ({ services }, { id }): Promise<Answer> => {
        const { listOpenAlerts } = await import('../../db/queries/alert-list.ts');
        const alerts = await listOpenAlerts(services.database.pool, id);
        const lines = alerts.map(({ last_at, kind, count, message }) => `${last_at} ${kind} ×${count} ${message}`);
        return { json: { alerts }, text: lines.join('\n') || 'No alert is open.' };
      }),
    );
}

function addTest(alert: Command): void {
  alert
    .command('test')
    .description('send a test to everybody whom the account’s settings name, and say what came of it')
    .requiredOption('--account <id>')
    .action((options: { account: string }, command: Command) =>
      withAccount(command, options.account, async ({ services }, { id }): Promise<Answer> => {
        const { readAccountAlerts } = await import('../../db/queries/alert-audience.ts');
        const { defaultSettings } = await import('../alerts/settings.ts');
        const { trySettings } = await import('../alerts/try.ts');
        const settings = (await readAccountAlerts(services.database.pool, id)) ?? defaultSettings;
        const tried = await trySettings(services, id, settings);
        const lines = tried.map(({ to, ok, message }) => `${ok ? 'ok  ' : 'FAIL'} ${to}: ${message}`);
        return { json: { tried }, text: lines.join('\n'), failed: tried.some(({ ok }) => !ok) };
      }),
    );
}
