import type { AppContext } from '../app/context.ts';
import { cleaned } from './column-list.ts';
import type { ReportDraft } from './draft.ts';

/** Remembers the columns and the format for the user's next report. Never fails: where it could not, that is said. */
export async function rememberReport({ api, say }: AppContext, { columns, fileFormat }: ReportDraft): Promise<void> {
  try {
    await Promise.all([
      api.preferences.set.mutate({ name: 'report_columns', value: cleaned(columns) }),
      fileFormat && api.preferences.set.mutate({ name: 'report_file_format', value: fileFormat }),
    ]);
  } catch {
    say('The columns could not be remembered for your next report.');
  }
}
