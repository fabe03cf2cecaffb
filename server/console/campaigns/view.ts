import type { StoredImportFile } from '../../../db/queries/campaign-import-files.ts';
import type { FileCounts, SheetReport, StoredImport } from '../../../db/queries/campaign-imports.ts';
import { uuidText } from '../../../db/uuid.ts';
import type { ImportFileKind, ImportFileState, ImportSettings, ImportState } from '../../../shared/campaign.ts';
import type { Failure } from '../../../shared/error.ts';

/** One import of calls by hand. */
export interface ImportView {
  import_id: string;
  campaign_id: string;
  state: ImportState;
  settings: ImportSettings;
  created_by: string;
  created_at: string;
  ended_at: string | null;
  /** Why it is open again, or was cancelled by itself. */
  failure: Failure | null;
  /** Of its recordings, how many stand how. */
  files: { total: number } & Record<Exclude<ImportFileState, 'read'>, number>;
  sheets: number;
  bytes: number;
  bytes_received: number;
  report: SheetReport | null;
}

export function importView(found: StoredImport, counts: FileCounts | undefined): ImportView {
  return {
    import_id: uuidText(found.id),
    campaign_id: found.campaignUid.toString('hex'),
    state: found.state,
    settings: found.settings,
    created_by: found.createdBy,
    created_at: found.createdAt.toISOString(),
    ended_at: found.endedAt?.toISOString() ?? null,
    failure: found.failure ?? null,
    files: filesOf(counts),
    sheets: counts?.sheets ?? 0,
    bytes: counts?.byteSize ?? 0,
    bytes_received: counts?.received ?? 0,
    report: found.report ?? null,
  };
}

function filesOf(counts: FileCounts | undefined): ImportView['files'] {
  const { uploading = 0, uploaded = 0, imported = 0, duplicate = 0, failed = 0, cancelled = 0 } = counts?.byState ?? {};
  return { total: counts?.files ?? 0, uploading, uploaded, imported, duplicate, failed, cancelled };
}

/** One file of an import. */
export interface ImportFileView {
  file_id: string;
  name: string;
  kind: ImportFileKind;
  state: ImportFileState;
  bytes: number;
  bytes_received: number;
  /** What is wrong with it and what to do. */
  failure: Failure | null;
  /** The conversation that it became. */
  interaction_id: string | null;
}

export function importFileView(file: StoredImportFile): ImportFileView {
  return {
    file_id: uuidText(file.id),
    name: file.name,
    kind: file.kind,
    state: file.state,
    bytes: file.byteSize,
    bytes_received: file.received,
    failure: file.failure ?? null,
    interaction_id: file.state === 'imported' && file.interactionId ? uuidText(file.interactionId) : null,
  };
}
