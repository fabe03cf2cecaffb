import type { Preferences, ProfileSummary, RowFilter } from '../api/types.ts';
import { missingInReport, newReport, type ReportDraft } from '../report/draft.ts';
import { given } from './analyses-filter.ts';

/** What the dialog of an export holds while somebody fills it in. */
export interface ExportDraft {
  name: string;
  report: ReportDraft;
  /** By uid. */
  connectors: string[];
  emailMe: boolean;
}

/** Where a list without a first day begins, for a report that needs one. */
const earliest = '2000-01-01';

/**
 * The report that the Analysis List leads to: its days are the report's dates, its quality profile is the report's, and
 * the rest of its filter goes along beside it. `today` is YYYY-MM-DD in the account's zone.
 */
export function exportOf(
  filter: RowFilter,
  profiles: readonly ProfileSummary[],
  preferences: Preferences,
  today: string,
): { draft: ReportDraft; rest: RowFilter } {
  const { from, to, profile: uid, ...others } = filter;
  const report = newReport(preferences);
  const profile = profiles.find((known) => known.uid === uid?.toLowerCase());
  // What stands in the list stands in the file, also where the list shows all days.
  const range = { from: from ?? earliest, to: to ?? later(from, today) };
  return {
    draft: { ...report, range, profile: profile?.name ?? '' },
    rest: given({ ...others, profile: profile ? undefined : uid }),
  };
}

function later(from: string | undefined, today: string): string {
  return from !== undefined && from > today ? from : today;
}

const inReport = 'report.';
const ownFields = ['name', 'connectors', 'email_me', 'filter'];

/** What can be said without asking the server, by field; those of the report begin with `report.`. */
export function missingInExport(
  { name, report, emailMe, connectors }: ExportDraft,
  nowhere: string,
): Record<string, string> {
  const inFields = Object.entries(missingInReport(report)).map(([path, words]) => [inReport + path, words]);
  return {
    ...Object.fromEntries(inFields),
    ...(name.trim() === '' && { name: 'Give it a name.' }),
    ...(!emailMe && connectors.length === 0 && { connectors: nowhere }),
  };
}

/** The server names a field of the report with or without the report before it. */
export function pathInExport(field: string): string {
  const isOwn = ownFields.some((own) => field === own || field.startsWith(`${own}.`));
  return isOwn || field.startsWith(inReport) ? field : inReport + field;
}
