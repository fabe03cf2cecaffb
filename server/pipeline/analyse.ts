import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../db/database.ts';
import {
  type AnalysisResult,
  type AnalysisSubject,
  beginInteraction,
  endInteraction,
  findCallback,
  findSubject,
  type InteractionEnd,
  listStoredRecordings,
  saveAnalyses,
} from '../../db/queries/analyses.ts';
import { saveMeasurement } from '../../db/queries/measurements.ts';
import { settleWork, type Work } from '../../db/queries/work.ts';
import { holdsWork } from '../../db/queries/work-claim.ts';
import type { TranscriptTurn } from '../../shared/measures.ts';
import { parseTranscript } from '../analysis/transcript/parse.ts';
import type { Services } from '../services.ts';
import { announceEnd, announceInProgress, failureAnnouncement } from '../webhooks/analysis-events.ts';
import { announce } from '../webhooks/announce.ts';
import { WorkAborted } from '../worker/abort.ts';
import type { WorkHandler } from '../worker/handler.ts';
import { type Hearing, hear } from './analyse-measure.ts';
import { type Assigned, assignProfiles, type Evidence, fieldsOf, nothingToAnalyse, score } from './analyse-score.ts';

export interface AnalyseOptions {
  /** Without it only WAV recordings are measured. */
  ffmpegPath?: string | undefined;
}

/**
 * Analyses one interaction with all its profiles: measures its recording, reads its transcript, assigns profiles, scores
 * each of them. A recording that cannot be measured leaves acoustic questions unevaluated with the reason; without a
 * transcript either, the interaction ends as failed.
 */
export function analyseHandler(services: Services, { ffmpegPath }: AnalyseOptions): WorkHandler {
  return {
    kind: 'analyse',
    concurrency: 4,
    maxAttempts: 5,
    async run(work, signal) {
      const evidence = await gather(services, work, ffmpegPath, signal);
      if (!evidence) return dropWork(services, work);
      const assigned = await assignProfiles(services, evidence);
      await announceBegin(services, work, evidence, assigned);
      const results = assigned.profiles.map((profile) => score(evidence, profile));
      await save(services, work, evidence, assigned, results);
    },
    async giveUp(work, failure) {
      await settled(services, work, async (connection) => {
        await endInteraction(connection, work.accountId, work.subject, { status: 'failed', failure });
        const callback = await findCallback(connection, work.accountId, work.subject);
        if (callback) await announce(connection, work.accountId, [failureAnnouncement(callback, failure)]);
      });
    },
    // Nothing is kept open between pieces of work.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function gather(
  services: Services,
  work: Work,
  ffmpegPath: string | undefined,
  signal: AbortSignal,
): Promise<Evidence | undefined> {
  const { pool } = services.database;
  const subject = await findSubject(pool, work.accountId, work.subject);
  if (!subject) return undefined;
  const recordings = await listStoredRecordings(pool, work.accountId, work.subject);
  if (recordings.length > 0) await beginInteraction(pool, work.accountId, work.subject);
  const hearing = await hear(services, subject, recordings, ffmpegPath, signal);
  return { subject, fields: fieldsOf(subject, hearing), hearing, turns: turnsOf(subject) };
}

/** Only an interaction that wants to be told of costs a transaction here. */
async function announceBegin(
  { database }: Services,
  work: Work,
  evidence: Evidence,
  { profiles }: Assigned,
): Promise<void> {
  if (evidence.subject.callbackUrl === null || profiles.length === 0 || nothingToAnalyse(evidence)) return;
  await transaction(database.pool, async (connection) => {
    if (!(await holdsWork(connection, work))) throw new WorkAborted('lease_lost');
    await announceInProgress(connection, work, evidence.subject, profiles);
  });
}

function turnsOf({ transcriptText }: AnalysisSubject): TranscriptTurn[] | null {
  const turns = parseTranscript(transcriptText ?? '');
  return turns.length > 0 ? turns : null;
}

function endOf(evidence: Evidence, { reason }: Assigned): InteractionEnd {
  const failure = nothingToAnalyse(evidence);
  if (failure) return { status: 'failed', failure };
  return { status: 'completed', unanalysedReason: reason, measuredSeconds: measuredSeconds(evidence.hearing) };
}

function measuredSeconds(hearing: Hearing): number | undefined {
  return 'measurement' in hearing ? hearing.measurement.facts.duration_seconds : undefined;
}

async function save(
  services: Services,
  work: Work,
  evidence: Evidence,
  assigned: Assigned,
  results: AnalysisResult[],
): Promise<void> {
  const { subject, hearing } = evidence;
  const end = endOf(evidence, assigned);
  const completedAt = new Date();
  await settled(services, work, async (connection) => {
    if ('measurement' in hearing && hearing.isNew)
      await saveMeasurement(connection, work.accountId, work.subject, hearing.measurement);
    await saveAnalyses(connection, subject, results, completedAt);
    await endInteraction(connection, work.accountId, work.subject, end);
    const { profiles } = assigned;
    await announceEnd(connection, subject, { results, profiles, failure: end.failure, completedAt });
  });
}

/** The interaction was erased while it waited. */
async function dropWork(services: Services, work: Work): Promise<void> {
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
    if (!(await settleWork(connection, work))) throw new WorkAborted('lease_lost');
    await write(connection);
  });
}
