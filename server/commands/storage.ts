import type { Command } from 'commander';
import { withServices } from './command.ts';

export function addStorageCommands(program: Command): void {
  const storage = program.command('storage').description('where recordings and reports lie');
  storage
    .command('adopt')
    .description('use the storage that STORAGE_URL names from now on, without what lies in the one before')
    .action((_, command: Command) =>
      withServices(command, async ({ services }) => {
        const { adoptStorage } = await import('../storage/known-storage.ts');
        const before = await adoptStorage(services);
        const { storageUrl } = services.config;
        const left = before && before.url !== storageUrl ? ` What lies in ${before.url} is not found any more.` : '';
        return { json: { storage: storageUrl, before: before?.url }, text: `The storage is now ${storageUrl}.${left}` };
      }),
    );
}
