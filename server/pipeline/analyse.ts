import { transaction } from '../../db/database.ts';
import {
  type AnalysisMaterial,
  type AnalysisSubject,
  beginInteractions,
  loadMaterial,
} from '../../db/queries/analysis-subjects.ts';
import type { Work } from '../../db/queries/work.ts';
import { holdsWork } from '../../db/queries/work-claim.ts';
import { releaseClaims } from '../../db/queries/workers.ts';
import type { TranscriptTurn } from '../../shared/measures.ts';
import { parseTranscript } from '../analysis/transcript/parse.ts';
import { CallGroup } from '../call-group.ts';
import type { Services } from '../services.ts';
import { ResultTargets } from '../stream/feedback/targets.ts';
import { announceInProgress } from '../webhooks/analysis-events.ts';
import { WorkAborted } from '../worker/abort.ts';
import type { WorkHandler } from '../worker/handler.ts';
import { type Hearing, hear } from './analyse-measure.ts';
import { RuleReader } from './analyse-rules.ts';
import { type Assigned, assignProfiles, type Evidence, fieldsOf, nothingToAnalyse, score } from './analyse-score.ts';
import { type AnalysisEnding, dropAnalysis, failAnalysis, settleAnalyses } from './analyse-settle.ts';
import { HearingTurns } from './analyse-turns.ts';

export interface AnalyseOptions {
  /** Without it only WAV recordings are measured. */
  ffmpegPath?: string | undefined;
}

/** About half of what is held, so that there is something to load while others are settled. */
const groupMost = 32;

/**
 * Analyses one interaction with all its profiles: measures its recording, reads its transcript, assigns profiles, scores
 * each of them. A recording that cannot be measured leaves acoustic questions unevaluated with the reason; without a
 * transcript either, the interaction ends as failed. Pieces that run at the same moment are loaded and settled together.
 */
export function analyseHandler(services: Services, { ffmpegPath }: AnalyseOptions): WorkHandler {
  const { pool } = services.database;
  const hearingTurns = new HearingTurns();
  const rules = new RuleReader(pool);
  const targets = new ResultTargets(services.keyring);
  const loading = new CallGroup((list: Work[]) => loadMaterial(pool, list), groupMost);
  const beginning = new CallGroup((list: AnalysisSubject[]) => beginInteractions(pool, list));
  const settling = new CallGroup((list: AnalysisEnding[]) => settleAnalyses(services, targets, list), groupMost);
  const releasing = new CallGroup((list: Work[]) => releaseClaims(pool, list));

  async function evidenceOf(material: AnalysisMaterial, signal: AbortSignal): Promise<Evidence> {
    const { subject, recordings } = material;
    const listen = async () => {
      if (recordings.length > 0) await beginning.add(subject);
      return await hear(services, material, ffmpegPath, signal);
    };
    const hearing = await (recordings.length > 0 ? hearingTurns.within(listen, signal) : listen());
    return { subject, fields: fieldsOf(subject, hearing), hearing, turns: turnsOf(subject.transcriptText) };
  }

  /** One that the database does not take must not fail those of the same moment. */
  async function settle(ending: AnalysisEnding): Promise<boolean | undefined> {
    try {
      return await settling.add(ending);
    } catch (error) {
      services.log.debug({ err: error }, 'analyses could not be written together; each is written by itself');
      return (await settleAnalyses(services, targets, [ending]))[0];
    }
  }

  return {
    kind: 'analyse',
    get concurrency() {
      return hearingTurns.concurrency;
    },
    maxAttempts: 5,
    async run(work, signal) {
      const material = await loading.add(work);
      if (!material) return dropAnalysis(services, work);
      if (material.recordings.length > 0 && !hearingTurns.hasRoom) return releasing.add(work);
      const evidence = await evidenceOf(material, signal);
      const assigned = await assignProfiles(rules, services.log, evidence);
      await announceBegin(services, work, evidence, assigned);
      if (!(await settle(endingOf(work, evidence, assigned)))) throw new WorkAborted('lease_lost');
    },
    giveUp: (work, failure) => failAnalysis(services, targets, work, failure),
    // Nothing is kept open between pieces of work.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
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

function turnsOf(transcriptText: string | null): TranscriptTurn[] | null {
  const turns = parseTranscript(transcriptText ?? '');
  return turns.length > 0 ? turns : null;
}

function endingOf(work: Work, evidence: Evidence, assigned: Assigned): AnalysisEnding {
  const { subject, hearing } = evidence;
  const { profiles, reason } = assigned;
  const failure = nothingToAnalyse(evidence);
  return {
    work,
    // What was read is not kept until the others of the group have been scored.
    subject: { ...subject, transcriptText: null },
    results: profiles.map((profile) => score(evidence, profile)),
    profiles,
    measurement: 'measurement' in hearing && hearing.isNew ? hearing.measurement : undefined,
    end: failure
      ? { status: 'failed', failure }
      : { status: 'completed', unanalysedReason: reason, measuredSeconds: measuredSeconds(hearing) },
    completedAt: new Date(),
  };
}

function measuredSeconds(hearing: Hearing): number | undefined {
  return 'measurement' in hearing ? hearing.measurement.facts.duration_seconds : undefined;
}
