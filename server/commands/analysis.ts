import type { Command } from 'commander';
import { AppError } from '../../shared/error.ts';
import { counted } from '../words.ts';
import { tell, withAccount } from './command.ts';

const lookEveryMs = 250;

export function addAnalysisCommands(program: Command): void {
  program
    .command('analysis')
    .description('analyses of interactions')
    .command('wait')
    .description(
      'return when no interaction or analysis is waiting or being worked on, but for recordings or transcripts that are late',
    )
    .requiredOption('--account <id>')
    .option('--timeout <seconds>', 'give up after so long', '600')
    .action((options, command) =>
      withAccount(command, options.account, async (opened, { id }) => {
        const seconds = Number(options.timeout);
        if (!(seconds > 0)) throw new AppError('invalid', `"${options.timeout}" is not a number of seconds.`);
        const { analysisProgress } = await import('../pipeline/progress.ts');
        const { withWorker } = await import('./worker.ts');
        const deadline = Date.now() + seconds * 1000;
        const progress = await withWorker(opened, async () => {
          for (let said = -1; ; ) {
            const now = await analysisProgress(opened.services, id);
            if (now.queued === 0 || Date.now() >= deadline) return now;
            if (now.queued !== said) tell(command, `${now.queued} to go`);
            said = now.queued;
            await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
          }
        });
        if (progress.late > 0) tell(command, lateWords(progress.late));
        return { json: progress, failed: progress.queued > 0 };
      }),
    );
}

function lateWords(late: number): string {
  return `The recordings or transcripts of ${counted(late, 'interaction')} are not there yet, and nobody waits for that here. They are asked for again for a day.`;
}
