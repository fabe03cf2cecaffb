import {
  loadRecordings,
  type RecordingList,
  type RecordingOutcome,
  type RecordResult,
  settleRecordings,
  writeOutcomes,
} from '../../db/queries/recordings.ts';
import type { Work } from '../../db/queries/work.ts';
import { AppError, type Failure } from '../../shared/error.ts';
import type { Services } from '../services.ts';
import type { WorkHandler } from '../worker/handler.ts';
import { Batch } from './record/batch.ts';
import { fetchRecording } from './record/fetch-recording.ts';
import { SourceSessions } from './record/sessions.ts';

/**
 * Several times what a session reads at once: its connections must stay busy while others are being settled, many in one
 * transaction. Those that wait hold nothing.
 */
const concurrency = 64;
const maxAttempts = 4;

/**
 * Fetches an interaction's recordings into storage, sealed and hashed. What follows is decided when all of them are here
 * or failed: an analysis, or the interaction's end as failed where nothing is left to analyse.
 */
export function recordHandler(services: Services, _options: { ffmpegPath?: string | undefined } = {}): WorkHandler {
  const { pool } = services.database;
  const sessions = new SourceSessions(services);
  const loading = new Batch((list: Work[]) => loadRecordings(pool, list));
  const settling = new Batch((results: RecordResult[]) => settleRecordings(pool, results));

  async function settle(work: Work, list: RecordingList, outcomes: RecordingOutcome[]): Promise<void> {
    if (await settling.add({ work, outcomes, next: nextOf(list, outcomes) })) return;
    throw new AppError('lease_lost', 'Another worker has taken this recording over.');
  }

  return {
    kind: 'record',
    concurrency,
    maxAttempts,
    async run(work, signal) {
      const list = await loading.add(work);
      const waiting = list.recordings.filter(({ state }) => state === 'waiting');
      const attempts = await Promise.allSettled(
        waiting.map((row) => fetchRecording(services, sessions, { work, list, row, signal })),
      );
      const outcomes = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
      const failed = attempts.find((attempt) => attempt.status === 'rejected');
      if (failed) {
        // What is here need not be fetched again by the next attempt.
        if (!signal.aborted)
          await writeOutcomes(
            pool,
            outcomes.map((outcome) => ({ work, outcome })),
          );
        throw failed.reason;
      }
      await settle(work, list, outcomes);
    },
    async giveUp(work, failure) {
      const list = await loading.add(work);
      const waiting = list.recordings.filter(({ state }) => state === 'waiting');
      await settle(
        work,
        list,
        waiting.map(({ position }) => ({ position, state: 'failed', failure })),
      );
    },
    [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose](),
  };
}

function nextOf({ recordings, hasTranscript }: RecordingList, outcomes: RecordingOutcome[]): RecordResult['next'] {
  const first = recordings[0];
  if (!first) return 'nothing';
  const isHere = recordings.some(({ state }) => state === 'here') || outcomes.some(({ state }) => state === 'here');
  if (isHere || hasTranscript) return 'analyse';
  return { failure: outcomes.find((outcome) => outcome.state === 'failed')?.failure ?? unexplained };
}

const unexplained: Failure = { code: 'path_missing', message: 'None of the recordings could be fetched.' };
