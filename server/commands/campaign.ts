import type { Command } from 'commander';
import { withAccount } from './command.ts';

export function addCampaignCommands(program: Command): void {
  const campaign = program.command('campaign').description('what uploads of AlloBrain callers are filed under');
  campaign
    .command('create')
    .description('make a campaign')
    .requiredOption('--account <id>')
    .requiredOption('--name <name>')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, { id: accountId }) => {
        const { createCampaign } = await import('../campaigns/campaigns.ts');
        const { id, name } = await createCampaign(services, accountId, { name: options.name }, 'cqa campaign create');
        return { json: { campaign_id: id }, text: `Campaign ${name} is there. Its id: ${id}` };
      }),
    );
  campaign
    .command('list')
    .description('the campaigns of an account')
    .requiredOption('--account <id>')
    .action((options, command) =>
      withAccount(command, options.account, async ({ services }, { id: accountId }) => {
        const { listCampaigns } = await import('../campaigns/campaigns.ts');
        const campaigns = await listCampaigns(services, accountId);
        return {
          json: {
            campaigns: campaigns.map(({ id, name, createdAt }) => ({
              campaign_id: id,
              name,
              created_at: createdAt.toISOString(),
            })),
          },
          text: campaigns.map(({ id, name }) => `${id}  ${name}`).join('\n') || 'This account has no campaign yet.',
        };
      }),
    );
}
