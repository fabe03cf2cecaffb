import { setImmediate as nextTurn } from 'node:timers/promises';
import { selectFiles } from '../../db/queries/campaign-import-files.ts';
import type { SheetReport } from '../../db/queries/campaign-imports.ts';
import type { ImportSettings } from '../../shared/campaign.ts';
import { AppError } from '../../shared/error.ts';
import type { Session } from '../security/sessions.ts';
import type { Services } from '../services.ts';
import { readSegments } from '../storage/segments.ts';
import { requireCampaign } from './campaigns.ts';
import { RecordingNames } from './finish/names.ts';
import { SheetMatching } from './finish/sheet.ts';
import { requireImport } from './imports.ts';

/** Larger ones would keep others waiting; a row of this size for each of 5,000 recordings has 800 characters. */
const readAtMostBytes = 4 * 1024 ** 2;
const sheetsAtMost = 10;
const problemsShown = 20;

export interface Preview extends SheetReport {
  files_matched: number;
  files: number;
  unreadable: { sheet: string; message: string }[];
  unread: string[];
}

/** Reads the CSVs of an import as finishing it will, with these recordings, and writes nothing. */
export async function previewSheets(
  services: Services,
  person: Pick<Session, 'accountId' | 'account' | 'user'>,
  id: Buffer,
  { names, settings }: { names: string[]; settings: ImportSettings },
  signal: AbortSignal | undefined,
): Promise<Preview> {
  const { campaignUid, timezone } = await requireImport(services, person, id);
  const campaign = await requireCampaign(services, person.accountId, campaignUid.toString('hex'));
  const surroundings = { campaign: { ...campaign, defaults: campaign.settings.defaults }, settings, timezone };
  const matching = new SheetMatching(new RecordingNames(names.map((name) => ({ name }))), surroundings);
  const sheets = await selectFiles(services.database.pool, person.accountId, id, {
    ...{ kind: 'sheet', states: ['uploaded', 'read'], limit: sheetsAtMost },
  });
  const unreadable: Preview['unreadable'] = [];
  const unread = sheets.filter(({ byteSize }) => byteSize > readAtMostBytes).map(({ name }) => name);
  for (const { name, segments, byteSize } of sheets) {
    if (byteSize > readAtMostBytes) continue;
    try {
      const rows = matching.read({ name, bytes: () => readSegments(services.storage, segments) });
      for await (const _ of rows) {
        signal?.throwIfAborted();
        await nextTurn();
      }
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'config') throw error;
      unreadable.push({ sheet: name, message: error.message });
    }
  }
  const { report, matchedFiles } = matching;
  const problems = report.problems.slice(0, problemsShown);
  return { ...report, problems, files_matched: matchedFiles, files: names.length, unreadable, unread };
}
