import {
  loadRecordings,
  type RecordingList,
  type RecordingRow,
  type RecordResult,
  settleRecordings,
  writeOutcomes,
} from '../../db/queries/recordings.ts';
import { type TranscriptOutcome, writeTranscript } from '../../db/queries/transcripts.ts';
import type { Work } from '../../db/queries/work.ts';
import { AppError, type Failure } from '../../shared/error.ts';
import type { RecordingState } from '../../shared/interaction.ts';
import { CallGroup } from '../call-group.ts';
import type { Services } from '../services.ts';
import type { WorkHandler } from '../worker/handler.ts';
import { announceFailed } from './record/announce-failed.ts';
import { fetchRecording } from './record/fetch-recording.ts';
import { fetchTranscript } from './record/fetch-transcript.ts';
import { SourceSessions } from './record/sessions.ts';

/**
 * Several times what a session reads at once: its connections must stay busy while others are being settled, many in one
 * transaction. Those that wait hold nothing.
 */
const concurrency = 64;
const maxAttempts = 5;

/**
 * Fetches an interaction's recordings into storage, sealed and hashed, and the text of a transcript that is named by its
 * URL. What follows is decided when all of them are here or failed: an analysis, or the interaction's end as failed
 * where nothing is left to analyse.
 */
export function recordHandler(services: Services, _options: { ffmpegPath?: string | undefined } = {}): WorkHandler {
  const { pool } = services.database;
  const sessions = new SourceSessions(services);
  const loading = new CallGroup((list: Work[]) => loadRecordings(pool, list));
  const settling = new CallGroup((results: RecordResult[]) => settleRecordings(pool, results, announceFailed));

  async function settle(work: Work, list: RecordingList | undefined, fetched: Fetched): Promise<void> {
    if (await settling.add({ work, ...fetched, next: list ? nextOf(list, fetched) : 'nothing' })) return;
    throw new AppError('lease_lost', 'Another worker has taken this recording over.');
  }

  /** What is here need not be fetched again by the next attempt. */
  async function keep(work: Work, { outcomes, transcript }: Fetched): Promise<void> {
    await writeOutcomes(
      pool,
      outcomes.map((outcome) => ({ work, outcome })),
    );
    if (transcript) await writeTranscript(pool, work, transcript);
  }

  return {
    kind: 'record',
    concurrency,
    maxAttempts,
    async run(work, signal) {
      const list = await loading.add(work);
      if (!list) return settle(work, list, { outcomes: [] });
      const [recordings, transcripts] = await Promise.all([
        Promise.allSettled(
          waitingIn(list).map((row) => fetchRecording(services, sessions, { work, list, row, signal })),
        ),
        Promise.allSettled(
          transcriptsIn(list).map((url) => fetchTranscript(services, sessions, { work, list, url, signal })),
        ),
      ]);
      const fetched = { outcomes: recordings.flatMap(fulfilled), transcript: transcripts.flatMap(fulfilled)[0] };
      const failed = [...recordings, ...transcripts].find((attempt) => attempt.status === 'rejected');
      if (!failed) return settle(work, list, fetched);
      if (!signal.aborted) await keep(work, fetched);
      throw failed.reason;
    },
    async giveUp(work, failure) {
      const list = await loading.add(work);
      await settle(work, list, {
        outcomes: list ? waitingIn(list).map(({ position }) => ({ position, state: 'failed', failure })) : [],
        transcript: list?.waitingTranscript === undefined ? undefined : { state: 'failed', failure },
      });
    },
    [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose](),
  };
}

/** What one attempt brought. */
type Fetched = Pick<RecordResult, 'outcomes' | 'transcript'>;

function waitingIn({ recordings }: RecordingList): RecordingRow[] {
  return recordings.filter(({ state }) => state === 'waiting');
}

function transcriptsIn({ waitingTranscript }: RecordingList): string[] {
  return waitingTranscript === undefined ? [] : [waitingTranscript];
}

function fulfilled<T>(attempt: PromiseSettledResult<T>): T[] {
  return attempt.status === 'fulfilled' ? [attempt.value] : [];
}

function nextOf(list: RecordingList, { outcomes, transcript }: Fetched): RecordResult['next'] {
  const { recordings, hasTranscript, externalId, callbackUrl } = list;
  const all: { state: RecordingState }[] = [...recordings, ...outcomes, ...(transcript ? [transcript] : [])];
  if (hasTranscript || all.some(({ state }) => state === 'here')) return 'analyse';
  const failure = outcomes.find((outcome) => outcome.state === 'failed')?.failure ?? failureOf(transcript);
  return { failure, externalId, callbackUrl };
}

function failureOf(transcript: TranscriptOutcome | undefined): Failure {
  return transcript?.state === 'failed' ? transcript.failure : unexplained;
}

const unexplained: Failure = {
  code: 'path_missing',
  message: 'Neither a recording nor a transcript could be fetched.',
};
