import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import { type AnalysisStatus, type InteractionStatus, interactionStatuses } from '../../shared/interaction.ts';
import type { Scalar } from '../../shared/quality.ts';
import { parseUuid, uuidText } from '../uuid.ts';
import { ingressConnectorId } from './interactions.ts';
import { profileNames } from './profile-names.ts';
import { findByExternalId } from './received-interactions.ts';

/** An interaction as the Standard API shows it. Times are ISO instants in UTC. */
export interface ApiInteraction {
  interaction_id: string;
  external_interaction_id: string;
  /** The batch or file job that brought it. */
  batch_id?: string;
  channel_type: string;
  source: string | null;
  status: InteractionStatus;
  status_modified_at: string;
  /** Where it failed alone. */
  failure_reason?: string;
  audio_url: string | null;
  transcript_url: string | null;
  pii_redacted: boolean;
  created_at: string;
  metadata: Record<string, Scalar>;
  analyses: ApiInteractionAnalysis[];
}

export interface ApiInteractionAnalysis {
  analysis_id: string;
  profile_id: string;
  status: AnalysisStatus;
}

/** The account's interaction of that id, else the one of that external id (which may look like an id); or undefined. */
export async function findApiInteraction(
  pool: Pool,
  accountId: number,
  name: string,
): Promise<ApiInteraction | undefined> {
  const id = parseUuid(name);
  const [byId] = id ? await listApiInteractions(pool, accountId, [id]) : [];
  if (byId) return byId;
  const found = await findByExternalId(pool, accountId, name);
  const [byExternalId] = await listApiInteractions(pool, accountId, found ? [found.id] : []);
  return byExternalId;
}

/** Those of the ids that are the account's, in the order of the ids. */
export async function listApiInteractions(pool: Pool, accountId: number, ids: Buffer[]): Promise<ApiInteraction[]> {
  if (ids.length === 0) return [];
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT i.id, i.external_id, i.channel_type, i.source, i.status, i.status_modified_at, i.failure, i.audio_url,
            i.transcript_url, i.pii_redacted, i.created_at, i.metadata, j.id AS job_id
       FROM interaction i
       LEFT JOIN source_item s ON s.id = i.source_item_id AND i.connector_id = ?
       LEFT JOIN ingress_job j ON j.id = s.execution_id AND j.account_id = i.account_id
      WHERE i.id IN (?) AND i.account_id = ?`,
    [ingressConnectorId, ids, accountId],
  );
  const analyses = await analysesOf(pool, accountId, rows);
  const shown = new Map(rows.map((row) => [uuidText(row.id), interactionOf(row, analyses)]));
  return ids.flatMap((id) => shown.get(uuidText(id)) ?? []);
}

interface AnalysisOf extends ApiInteractionAnalysis {
  interactionId: Buffer;
  failure: Failure | undefined;
}

async function analysesOf(pool: Pool, accountId: number, interactions: RowDataPacket[]): Promise<AnalysisOf[]> {
  if (interactions.length === 0) return [];
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT id, interaction_id, profile_id, status, failure FROM analysis
      WHERE interaction_id IN (?) AND account_id = ? ORDER BY interaction_id, id`,
    [interactions.map(({ id }) => id), accountId],
  );
  const profiles = await profileNames(pool, accountId);
  return rows.flatMap((row) => {
    const profile = profiles.get(row.profile_id);
    if (!profile) return [];
    return {
      interactionId: row.interaction_id,
      failure: row.failure ? JSON.parse(row.failure) : undefined,
      analysis_id: uuidText(row.id),
      profile_id: uuidText(profile.uid),
      status: row.status,
    };
  });
}

function interactionOf(row: RowDataPacket, all: AnalysisOf[]): ApiInteraction {
  const analyses = all.filter(({ interactionId }) => interactionId.equals(row.id));
  const status = interactionStatuses[row.status] as InteractionStatus;
  return {
    interaction_id: uuidText(row.id),
    external_interaction_id: row.external_id.toString('utf8'),
    ...(row.job_id ? { batch_id: uuidText(row.job_id) } : {}),
    channel_type: row.channel_type,
    source: row.source,
    status,
    status_modified_at: row.status_modified_at.toISOString(),
    ...(status === 'failed' ? { failure_reason: failureReason(row.failure, analyses) } : {}),
    audio_url: row.audio_url,
    transcript_url: row.transcript_url,
    pii_redacted: row.pii_redacted === 1,
    created_at: row.created_at.toISOString(),
    metadata: JSON.parse(row.metadata),
    analyses: analyses.map(({ analysis_id, profile_id, status }) => ({ analysis_id, profile_id, status })),
  };
}

function failureReason(failure: string | null, analyses: AnalysisOf[]): string {
  const own: Failure | null = failure ? JSON.parse(failure) : null;
  const of = own ?? analyses.find((analysis) => analysis.failure)?.failure;
  return of?.message ?? 'The interaction could not be analysed.';
}
