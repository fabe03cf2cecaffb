import type { PoolConnection } from 'mysql2/promise';
import { type AnalysisResult, findAnalysisIds } from '../../db/queries/analyses.ts';
import type { AnalysisSubject } from '../../db/queries/analysis-subjects.ts';
import type { ProfileVersion } from '../../db/queries/assignment-rules.ts';
import { findAnnounced } from '../../db/queries/webhooks.ts';
import type { Work } from '../../db/queries/work.ts';
import { derivedId, partsMarkOf, uuidText } from '../../db/uuid.ts';
import type { Failure } from '../../shared/error.ts';
import type { ScoreCard } from '../../shared/quality.ts';
import { criticalityAdjusted } from '../analysis/score.ts';
import { type Announcement, announce } from './announce.ts';
import type { WebhookData } from './schemas.ts';

type Profile = Pick<ProfileVersion, 'id' | 'uid' | 'name'>;
type Announced = Pick<AnalysisSubject, 'id' | 'accountId' | 'externalId' | 'callbackUrl'>;

/** An interaction's end as it is announced. */
export interface AnalysisEnd {
  results: AnalysisResult[];
  profiles: Profile[];
  /** Why the interaction as a whole failed. */
  failure: Failure | undefined;
  completedAt: Date;
}

/**
 * Announces that the profiles begin to score the interaction, once for each piece of work: a second attempt finds what the
 * first one announced. Call it with the work's row locked, so that no two attempts do so at once.
 */
export async function announceInProgress(
  connection: PoolConnection,
  work: Pick<Work, 'id'>,
  subject: Announced,
  profiles: Profile[],
): Promise<void> {
  const { callbackUrl } = subject;
  if (callbackUrl === null || profiles.length === 0) return;
  const event = 'INTERACTION_ANALYSIS_IN_PROGRESS';
  const announced = new Set((await findAnnounced(connection, subject.id, event)).map(partsMarkOf));
  const analysisIdOf = await findAnalysisIds(connection, subject.id);
  const list = profiles.map((profile) => {
    const analysisId = analysisIdOf(profile.id);
    // Of now, since lists need ids that grow with time; the rest says what is announced, and is known again by that.
    const deliveryId = derivedId(Date.now(), `${event} ${work.id} `, analysisId);
    const data = { analysisId: uuidText(analysisId), profileId: uuidText(profile.uid), profileName: profile.name };
    return { event, callbackUrl, deliveryId, interaction: subject, data } satisfies Announcement;
  });
  await announce(
    connection,
    subject.accountId,
    list.filter(({ deliveryId }) => !announced.has(partsMarkOf(deliveryId))),
  );
}

/**
 * Announces every analysis that was completed, and what failed: the interaction, once, or else each analysis that did.
 * In the transaction that writes the
 * results, after they are written.
 */
export async function announceEnd(connection: PoolConnection, subject: Announced, end: AnalysisEnd): Promise<void> {
  const { callbackUrl } = subject;
  if (callbackUrl === null) return;
  const failures = end.failure ? [end.failure] : end.results.flatMap(({ outcome }) => failureIn(outcome));
  const analysisIdOf = await findAnalysisIds(connection, subject.id);
  await announce(connection, subject.accountId, [
    ...end.results
      .flatMap((result) => completedData(result, analysisIdOf(result.profileId), end))
      .map((data) => ({ event: 'INTERACTION_ANALYSIS_COMPLETED' as const, callbackUrl, interaction: subject, data })),
    ...failures.map((failure) => failureAnnouncement({ ...subject, callbackUrl }, failure)),
  ]);
}

/** That an interaction failed, with the reason. */
export function failureAnnouncement(
  { callbackUrl, ...interaction }: { id: Buffer; externalId: string; callbackUrl: string },
  { code, message }: Failure,
): Announcement {
  const data = { errorCode: code.toUpperCase(), errorMessage: message };
  return { event: 'INTERACTION_ANALYSIS_FAILED', callbackUrl, interaction, data };
}

function failureIn(outcome: ScoreCard | Failure): Failure[] {
  return 'code' in outcome ? [outcome] : [];
}

/** Nothing for an analysis that failed. */
function completedData(
  { profileId, outcome }: AnalysisResult,
  analysisId: Buffer,
  { profiles, completedAt }: AnalysisEnd,
): WebhookData['INTERACTION_ANALYSIS_COMPLETED'][] {
  const profile = profiles.find(({ id }) => id === profileId);
  if ('code' in outcome || !profile) return [];
  const data = {
    analysisId: uuidText(analysisId),
    status: 'completed' as const,
    profileId: uuidText(profile.uid),
    aiScore: outcome.ai_score,
    qaScore: null,
    finalScore: outcome.final_score,
    criticalityAdjustedScore: outcome.criticality_adjusted_score,
    analysisCompletedAt: completedAt.toISOString(),
    kpiResults: kpiResultsOf(outcome),
  };
  return [data];
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
        criticalityAdjustedScore: criticalityAdjusted(kpi.final_score, [kpi]),
      })),
    ),
  );
}
