import { statements as theMainLine } from './0001_the_main_line.ts';
import { statements as theStandardApi } from './0002_the_standard_api.ts';
import { statements as importFromEverywhere } from './0003_import_from_everywhere.ts';
import { statements as streams } from './0004_streams.ts';
import { statements as jobs } from './0005_jobs.ts';
import { statements as reports } from './0006_reports.ts';
import { statements as analysisList } from './0007_analysis_list.ts';
import { statements as users } from './0008_users.ts';
import { statements as ownAddress } from './0009_own_address.ts';
import { statements as transcriptsAgain } from './0010_transcripts_again.ts';
import { statements as inboxQuota } from './0011_inbox_quota.ts';
import { statements as dataThatStayAway } from './0012_data_that_stay_away.ts';
import { statements as failedBeforeScoring } from './0013_failed_before_scoring.ts';

export interface Migration {
  /** Applied in this order, once each; an applied one never changes (its checksum is compared at start). */
  id: string;
  statements: string[];
  /** Checksums that it had in other words before, which made the same tables: what they were applied by is as good. */
  formerChecksums?: string[];
}

export const migrations: Migration[] = [
  { id: '0001_the_main_line', statements: theMainLine },
  { id: '0002_the_standard_api', statements: theStandardApi },
  { id: '0003_import_from_everywhere', statements: importFromEverywhere },
  {
    id: '0004_streams',
    statements: streams,
    // Before `lag` was quoted, a word that MySQL reserves, so that only MariaDB took it.
    formerChecksums: ['7b9f0d950d19f2096218f3544a0e2fb4139a19d314fb365e210c7eae5d630187'],
  },
  { id: '0005_jobs', statements: jobs },
  { id: '0006_reports', statements: reports },
  { id: '0007_analysis_list', statements: analysisList },
  { id: '0008_users', statements: users },
  { id: '0009_own_address', statements: ownAddress },
  { id: '0010_transcripts_again', statements: transcriptsAgain },
  { id: '0011_inbox_quota', statements: inboxQuota },
  { id: '0012_data_that_stay_away', statements: dataThatStayAway },
  { id: '0013_failed_before_scoring', statements: failedBeforeScoring },
];
