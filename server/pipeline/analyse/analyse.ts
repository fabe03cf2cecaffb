import { transaction } from '../../../db/database.ts';
import { type AnalysisMaterial, beginInteractions, loadMaterial } from '../../../db/queries/analysis-subjects.ts';
import type { Work } from '../../../db/queries/work.ts';
import { releaseClaims } from '../../../db/queries/workers.ts';
import { AppError } from '../../../shared/error.ts';
import type { TranscriptTurn } from '../../../shared/measures.ts';
import { parseTranscript } from '../../analysis/transcript/parse.ts';
import { CallGroup } from '../../call-group.ts';
import { ResultTargets } from '../../feedback/targets.ts';
import type { Services } from '../../services.ts';
import { announceInProgress } from '../../webhooks/analysis-events.ts';
import { WorkAborted } from '../../worker/abort.ts';
import { requireHeld } from '../../worker/fenced.ts';
import type { WorkHandler } from '../../worker/handler.ts';
import { AnalysisConcurrency } from './concurrency.ts';
import { type Measured, measureFirst } from './measure.ts';
import { RuleReader } from './rules.ts';
import { type AnalysisInput, type Assigned, assignProfiles, fieldsOf, nothingToAnalyse, score } from './score.ts';
import { type AnalysisEnding, dropAnalysis, failAnalysis, settleAnalyses } from './settle.ts';

export interface AnalyseOptions {
  /** Without it only WAV recordings are measured. */
  ffmpegPath?: string | undefined;
}

/** About half of what is held, so that there is something to load while others are settled. */
const groupMost = 32;
/** Seconds apart, for what passes at once. */
const quickAttempts = 2;
/** Until the storage is asked again; nothing can be done without it. */
const storageDelayMs = 2 * 60_000;

/**
 * Analyses one interaction with all its profiles: measures its recording, reads its transcript, assigns profiles, scores
 * each of them. A recording that cannot be measured leaves acoustic questions unevaluated with the reason; without a
 * transcript either, the interaction ends as failed. Pieces that run at the same moment are loaded and settled together.
 */
export function analyseHandler(services: Services, { ffmpegPath }: AnalyseOptions): WorkHandler {
  const { pool } = services.database;
  const concurrency = new AnalysisConcurrency();
  const rules = new RuleReader(pool);
  const targets = new ResultTargets(services.keyring);
  const loading = new CallGroup((list: Work[]) => loadMaterial(pool, list), groupMost);
  const beginning = new CallGroup((list: Work[]) => beginInteractions(pool, list));
  const settling = new CallGroup((list: AnalysisEnding[]) => settleAnalyses(services, targets, list), groupMost);
  const releasing = new CallGroup((list: (Work & { delayMs?: number })[]) => releaseClaims(pool, list));

  async function inputOf(work: Work, material: AnalysisMaterial, signal: AbortSignal): Promise<AnalysisInput> {
    const { subject, recordings } = material;
    if (recordings.length > 0) await beginning.add(work);
    const measured = await measureFirst(services, material, ffmpegPath, signal);
    return { subject, fields: fieldsOf(subject, measured), measured, turns: turnsOf(subject.transcriptText) };
  }

  /** Undefined where the storage is away for longer: the work waits for it then, which is no failed attempt. */
  async function inputOrLater(work: Work, material: AnalysisMaterial, signal: AbortSignal) {
    try {
      return await inputOf(work, material, signal);
    } catch (thrown) {
      const isAway = thrown instanceof AppError && thrown.kind === 'transient' && !signal.aborted;
      if (!isAway || work.attempts <= quickAttempts) throw thrown;
      services.log.warn({ err: thrown }, 'a recording cannot be read from the storage now; it is analysed later');
      await releasing.add({ ...work, delayMs: storageDelayMs * (0.5 + Math.random()) });
      return undefined;
    }
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
      return concurrency.most;
    },
    get claimAhead() {
      return concurrency.ahead;
    },
    maxAttempts: 5,
    async run(work, signal) {
      const material = await loading.add(work);
      if (!material) return dropAnalysis(services, work);
      const release = material.recordings.length > 0 ? concurrency.tryMeasure() : () => undefined;
      if (!release) return releasing.add(work);
      const input = await inputOrLater(work, material, signal).finally(release);
      if (!input) return;
      const assigned = await assignProfiles(rules, services.log, input);
      await announceBegin(services, work, input, assigned);
      if (!(await settle(endingOf(work, input, assigned)))) throw new WorkAborted('lease_lost');
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
  input: AnalysisInput,
  { profiles }: Assigned,
): Promise<void> {
  if (input.subject.callbackUrl === null || profiles.length === 0 || nothingToAnalyse(input)) return;
  await transaction(database.pool, async (connection) => {
    await requireHeld(connection, work);
    await announceInProgress(connection, work, input.subject, profiles);
  });
}

function turnsOf(transcriptText: string | null): TranscriptTurn[] | null {
  const turns = parseTranscript(transcriptText ?? '');
  return turns.length > 0 ? turns : null;
}

function endingOf(work: Work, input: AnalysisInput, assigned: Assigned): AnalysisEnding {
  const { subject, measured } = input;
  const { profiles, reason } = assigned;
  const failure = nothingToAnalyse(input);
  return {
    work,
    // What was read is not kept until the others of the group have been scored.
    subject: { ...subject, transcriptText: null },
    results: profiles.map((profile) => score(input, profile)),
    profiles,
    measurement: 'measurement' in measured && measured.isNew ? measured.measurement : undefined,
    end: failure
      ? { status: 'failed', failure }
      : { status: 'completed', unanalysedReason: reason, measuredSeconds: measuredSeconds(measured) },
    completedAt: new Date(),
  };
}

function measuredSeconds(measured: Measured): number | undefined {
  return 'measurement' in measured ? measured.measurement.facts.duration_seconds : undefined;
}
