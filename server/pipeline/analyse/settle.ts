import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import {
  type AnalysisResult,
  endInteractions,
  followInteractionTimes,
  type InteractionEnd,
  saveAnalyses,
  storedAnalysisIds,
} from '../../../db/queries/analyses.ts';
import { type AnalysisSubject, findListeners } from '../../../db/queries/analysis-subjects.ts';
import { addFeedback } from '../../../db/queries/feedback.ts';
import { type Measurement, saveMeasurement } from '../../../db/queries/measurements.ts';
import type { Work } from '../../../db/queries/work.ts';
import { lockHeld, removeWork } from '../../../db/queries/work-claim.ts';
import type { Failure } from '../../../shared/error.ts';
import type { ResultTargets } from '../../feedback/targets.ts';
import type { Services } from '../../services.ts';
import { announceEnd, failureAnnouncement } from '../../webhooks/analysis-events.ts';
import { announce } from '../../webhooks/announce.ts';
import { settleHeld } from '../../worker/fenced.ts';
import type { AssignedProfile } from './score.ts';

/** What came of one interaction. */
export interface AnalysisEnding {
  work: Work;
  subject: AnalysisSubject;
  results: AnalysisResult[];
  profiles: AssignedProfile[];
  /** Where its recording was measured just now. */
  measurement: Measurement | undefined;
  end: InteractionEnd;
  completedAt: Date;
}

/**
 * Writes many results and settles their work in one transaction. Says for each whether it counts: false means that its
 * lease was lost, and nothing of it was written.
 */
export function settleAnalyses(
  { database }: Services,
  targets: ResultTargets,
  list: readonly AnalysisEnding[],
): Promise<boolean[]> {
  return transaction(database.pool, async (connection) => {
    const held = await lockHeld(
      connection,
      list.map(({ work }) => work),
    );
    const valid = list.filter(({ work }) => held.has(work));
    await write(connection, valid);
    await tell(connection, targets, valid);
    await removeWork(connection, held);
    return list.map(({ work }) => held.has(work));
  });
}

async function write(connection: PoolConnection, list: readonly AnalysisEnding[]): Promise<void> {
  for (const { work, measurement } of list)
    if (measurement) await saveMeasurement(connection, work.accountId, work.subject, measurement);
  await saveAnalyses(connection, list);
  await endInteractions(
    connection,
    list.map(({ work: { accountId, subject }, end }) => ({ accountId, subject, end })),
  );
  await followInteractionTimes(
    connection,
    list.map(({ work: { accountId, subject } }) => ({ accountId, id: subject })),
  );
}

/** After the results are written: their ids are those that are stored. */
async function tell(
  connection: PoolConnection,
  targets: ResultTargets,
  list: readonly AnalysisEnding[],
): Promise<void> {
  for (const { subject, results, profiles, end, completedAt } of list)
    await announceEnd(connection, subject, { results, profiles, failure: end.failure, completedAt });
  await addFeedbackOf(connection, targets, list);
}

/** Of an interaction that failed or has no analysis itself, else of each of its analyses. */
async function addFeedbackOf(
  connection: PoolConnection,
  targets: ResultTargets,
  list: readonly AnalysisEnding[],
): Promise<void> {
  const owned = await targets.withTarget(connection, list, ({ subject }) => subject.connectorId);
  const analysed = owned.filter(({ end, results }) => end.status === 'completed' && results.length > 0);
  const idOf = await storedAnalysisIds(
    connection,
    analysed.map(({ subject }) => subject.id),
  );
  await addFeedback(
    connection,
    owned.flatMap((ending) => {
      const { accountId, connectorId, id } = ending.subject;
      const ids = analysed.includes(ending)
        ? ending.results.flatMap(({ profileId }) => idOf(id, profileId) ?? [])
        : [id];
      return ids.map((subject) => ({ accountId, connectorId, subject }));
    }),
  );
}

/** Ends an interaction whose analysis is given up. */
export async function failAnalysis(
  services: Services,
  targets: ResultTargets,
  work: Work,
  failure: Failure,
): Promise<void> {
  const { accountId, subject } = work;
  await settled(services, work, async (connection) => {
    await endInteractions(connection, [{ accountId, subject, end: { status: 'failed', failure } }]);
    const listeners = await findListeners(connection, accountId, subject);
    if (!listeners) return;
    const { callbackUrl, connectorId } = listeners;
    if (callbackUrl !== null)
      await announce(connection, accountId, [failureAnnouncement({ ...listeners, callbackUrl }, failure)]);
    const owned = await targets.withTarget(connection, [{ accountId, connectorId, subject }], (one) => one.connectorId);
    await addFeedback(connection, owned);
  });
}

/** The interaction was erased while it waited. */
export async function dropAnalysis(services: Services, work: Work): Promise<void> {
  await settled(services, work, async () => {
    services.log.info({ accountId: work.accountId }, 'an interaction to be analysed is no longer there');
  });
}

/** Writes a result and settles the work in one transaction; a result whose lease was lost is rolled back and dropped. */
async function settled(
  services: Services,
  work: Work,
  write: (connection: PoolConnection) => Promise<void>,
): Promise<void> {
  await transaction(services.database.pool, async (connection) => {
    await settleHeld(connection, work);
    await write(connection);
  });
}
