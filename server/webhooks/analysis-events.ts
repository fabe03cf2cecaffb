import { createHash } from 'node:crypto';
import type { PoolConnection } from 'mysql2/promise';
import { type AnalysisResult, type AnalysisSubject, analysisIdOf } from '../../db/queries/analyses.ts';
import type { ProfileVersion } from '../../db/queries/assignment-rules.ts';
import { findAnnounced } from '../../db/queries/webhooks.ts';
import type { Work } from '../../db/queries/work.ts';
import { uuidText } from '../../db/uuid.ts';
import type { Failure } from '../../shared/error.ts';
import type { KpiResult, ScoreCard } from '../../shared/quality.ts';
import { type Announcement, announce } from './announce.ts';
import type { WebhookData } from './schemas.ts';

type Profile = Pick<ProfileVersion, 'id' | 'uid' | 'name'>;
type Told = Pick<AnalysisSubject, 'id' | 'accountId' | 'externalId' | 'callbackUrl'>;

/** An interaction's end as its webhooks tell it. */
export interface AnalysisEnd {
  results: AnalysisResult[];
  profiles: Profile[];
  /** Why the interaction as a whole failed. */
  failure: Failure | undefined;
  completedAt: Date;
}

/**
 * Tells that the profiles begin to score the interaction, once for each piece of work: a second attempt finds what the
 * first one announced. Call it with the work's row locked, so that no two attempts do so at once.
 */
export async function announceInProgress(
  connection: PoolConnection,
  work: Pick<Work, 'id'>,
  subject: Told,
  profiles: Profile[],
): Promise<void> {
  const { callbackUrl } = subject;
  if (callbackUrl === null || profiles.length === 0) return;
  const event = 'INTERACTION_ANALYSIS_IN_PROGRESS';
  const announced = new Set((await findAnnounced(connection, subject.id, event)).map(markOf));
  const list = profiles.map((profile) => {
    const analysisId = analysisIdOf(subject.id, profile.id);
    const deliveryId = deliveryIdOf(event, analysisId, work.id);
    const data = { analysisId: uuidText(analysisId), profileId: uuidText(profile.uid), profileName: profile.name };
    return { event, callbackUrl, deliveryId, interaction: subject, data } satisfies Announcement;
  });
  await announce(
    connection,
    subject.accountId,
    list.filter(({ deliveryId }) => !announced.has(markOf(deliveryId))),
  );
}

/**
 * A UUIDv7 of now whose other bits say what it tells of: ids grow with time, as lists need it, and the same event of the
 * same work is known again by its mark.
 */
function deliveryIdOf(event: string, analysisId: Buffer, workId: number): Buffer {
  const id = createHash('sha256').update(`${event} ${workId} `).update(analysisId).digest().subarray(0, 16);
  id.writeUIntBE(Date.now(), 0, 6);
  id.writeUInt8(0x70 | (id.readUInt8(6) & 0x0f), 6);
  id.writeUInt8(0x80 | (id.readUInt8(8) & 0x3f), 8);
  return id;
}

function markOf(deliveryId: Buffer): string {
  return deliveryId.toString('hex', 6);
}

/**
 * Tells of every analysis that was completed, and of what failed: the interaction, once, or else each analysis that did.
 * In the transaction that writes the results.
 */
export async function announceEnd(connection: PoolConnection, subject: Told, end: AnalysisEnd): Promise<void> {
  const { callbackUrl } = subject;
  if (callbackUrl === null) return;
  const failures = end.failure ? [end.failure] : end.results.flatMap(({ outcome }) => failureIn(outcome));
  await announce(connection, subject.accountId, [
    ...end.results.flatMap((result) => completedOf(subject, callbackUrl, result, end)),
    ...failures.map((failure) => failed({ ...subject, callbackUrl }, failure)),
  ]);
}

/** That an interaction failed, with the reason. */
export function failed(
  { callbackUrl, ...interaction }: { id: Buffer; externalId: string; callbackUrl: string },
  { code, message }: Failure,
): Announcement {
  const data = { errorCode: code.toUpperCase(), errorMessage: message };
  return { event: 'INTERACTION_ANALYSIS_FAILED', callbackUrl, interaction, data };
}

function failureIn(outcome: ScoreCard | Failure): Failure[] {
  return 'code' in outcome ? [outcome] : [];
}

function completedOf(
  subject: Told,
  callbackUrl: string,
  { profileId, outcome }: AnalysisResult,
  { profiles, completedAt }: AnalysisEnd,
): Announcement[] {
  const profile = profiles.find(({ id }) => id === profileId);
  if ('code' in outcome || !profile) return [];
  const data: WebhookData['INTERACTION_ANALYSIS_COMPLETED'] = {
    analysisId: uuidText(analysisIdOf(subject.id, profileId)),
    status: 'completed',
    profileId: uuidText(profile.uid),
    aiScore: outcome.ai_score,
    qaScore: null,
    finalScore: outcome.final_score,
    criticalityAdjustedScore: outcome.criticality_adjusted_score,
    analysisCompletedAt: completedAt.toISOString(),
    kpiResults: kpiResultsOf(outcome),
  };
  return [{ event: 'INTERACTION_ANALYSIS_COMPLETED', callbackUrl, interaction: subject, data }];
}

type KpiData = WebhookData['INTERACTION_ANALYSIS_COMPLETED']['kpiResults'][number];

function kpiResultsOf({ categories }: ScoreCard): KpiData[] {
  return categories.flatMap((category) =>
    category.sub_categories.flatMap((sub) =>
      sub.kpis.map((kpi) => ({
        kpiId: kpi.kpi_name,
        categoryId: category.name,
        subCategoryId: sub.name,
        aiResponse: kpi.ai_response,
        aiJustification: kpi.ai_justification,
        aiScore: kpi.ai_score,
        qaScore: null,
        finalScore: kpi.final_score,
        criticalityAdjustedScore: adjusted(kpi),
      })),
    ),
  );
}

/** The card's own rule (see scoreCard) for one KPI. */
function adjusted({ is_critical, final_score, max_score }: KpiResult): number | null {
  return is_critical && final_score !== null && final_score < max_score ? 0 : final_score;
}
