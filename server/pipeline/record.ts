import {
  type AnnounceFailed,
  loadRecordings,
  markLate,
  type RecordingList,
  type RecordingRow,
  type RecordResult,
  settleRecordings,
  writeOutcomes,
} from '../../db/queries/recordings.ts';
import { markTranscriptLate, type TranscriptOutcome, writeTranscript } from '../../db/queries/transcripts.ts';
import type { Work } from '../../db/queries/work.ts';
import { releaseClaims } from '../../db/queries/workers.ts';
import { AppError, type Failure } from '../../shared/error.ts';
import type { RecordingState } from '../../shared/interaction.ts';
import { CallGroup } from '../call-group.ts';
import { ResultTargets } from '../feedback/targets.ts';
import type { Services } from '../services.ts';
import { fencedBy } from '../worker/fenced.ts';
import type { WorkHandler } from '../worker/handler.ts';
import { announceFailed } from './record/announce-failed.ts';
import { fetchRecording } from './record/fetch-recording.ts';
import { fetchTranscript } from './record/fetch-transcript.ts';
import { isLate, type Wait, waitAfter } from './record/late.ts';
import { leaveBehind } from './record/leftovers.ts';
import { sayFailed } from './record/say-failed.ts';
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
export function recordHandler(services: Services): WorkHandler {
  const { pool } = services.database;
  const sessions = new SourceSessions(services);
  const targets = new ResultTargets(services.keyring);
  const announce = announceFailed(targets);
  const tellFailed: AnnounceFailed = async (connection, list) => {
    await announce(connection, list);
    await sayFailed(connection, list);
  };
  const loading = new CallGroup((list: Work[]) => loadRecordings(pool, list));
  const settling = new CallGroup((results: RecordResult[]) => settleRecordings(pool, results, tellFailed));

  /** What one of the same moment is at fault for, or a connection that was lost, must not have the others fetched again. */
  async function written(result: RecordResult): Promise<boolean | undefined> {
    try {
      return await settling.add(result);
    } catch (error) {
      services.log.debug({ err: error }, 'recordings could not be written together; each is written by itself');
      return (await settleRecordings(pool, [result], tellFailed))[0];
    }
  }

  async function settle(work: Work, list: RecordingList | undefined, fetched: Fetched): Promise<void> {
    if (await written({ work, ...fetched, next: list ? nextOf(list, fetched) : 'nothing' })) return;
    throw new AppError('lease_lost', 'Another worker has taken this recording over.');
  }

  /** What is here need not be fetched again by the next attempt. */
  async function keep(work: Work, { outcomes, transcript }: Fetched): Promise<void> {
    await fencedBy(
      services,
      work,
    )(async (connection) => {
      await writeOutcomes(
        connection,
        outcomes.map((outcome) => ({ work, outcome })),
      );
      if (transcript) await writeTranscript(connection, work, transcript);
    });
  }

  /** Waits for what nobody is to blame for; throws the first other failure. */
  async function postpone(work: Work, failures: FetchFailure[]): Promise<void> {
    const waits = failures.map((failure) => ({ ...failure, wait: waitFor(work, failure) }));
    const bounded = waits.filter(({ wait }) => wait?.isBounded);
    const late = bounded.flatMap(({ row }) => (row ? [row.position] : []));
    if (late.length > 0) await markLate(pool, work, late);
    if (late.length < bounded.length) await markTranscriptLate(pool, work);
    const other = waits.find(({ wait }) => !wait);
    if (other) throw other.reason;
    const delaySeconds = Math.max(...waits.map(({ wait }) => wait?.seconds ?? 0));
    const away = failures.find(({ reason }) => !isLate(reason));
    if (away) services.log.warn({ err: away.reason, delaySeconds }, 'a recording cannot be had now; tried again later');
    await releaseClaims(pool, [{ ...work, delayMs: delaySeconds * 1000 }]);
  }

  return {
    kind: 'record',
    concurrency,
    maxAttempts,
    async run(work, signal) {
      const list = await loading.add(work);
      if (!list) return settle(work, list, { outcomes: [] });
      const { fetched, failures } = await fetchAll(services, sessions, { work, list, signal });
      const [first] = failures;
      try {
        if (!first) return await settle(work, list, fetched);
        if (signal.aborted) throw first.reason;
        await keep(work, fetched);
      } catch (error) {
        await leaveBehind(services, work, fetched.outcomes);
        throw error;
      }
      await postpone(work, failures);
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

/** What it did not bring, for a reason that passes; without a row where it is the transcript. */
interface FetchFailure {
  row: RecordingRow | undefined;
  lateSeconds: number | undefined;
  reason: unknown;
}

function waitFor({ attempts }: Work, { lateSeconds = 0, reason }: FetchFailure): Wait | undefined {
  return waitAfter(reason, lateSeconds, attempts);
}

async function fetchAll(
  services: Services,
  sessions: SourceSessions,
  { work, list, signal }: { work: Work; list: RecordingList; signal: AbortSignal },
): Promise<{ fetched: Fetched; failures: FetchFailure[] }> {
  const rows = waitingIn(list);
  const [recordings, transcripts] = await Promise.all([
    Promise.allSettled(rows.map((row) => fetchRecording(services, sessions, { work, list, row, signal }))),
    Promise.allSettled(
      transcriptsIn(list).map((url) => fetchTranscript(services, sessions, { work, list, url, signal })),
    ),
  ]);
  return {
    fetched: { outcomes: recordings.flatMap(fulfilled), transcript: transcripts.flatMap(fulfilled)[0] },
    failures: [...recordings, ...transcripts].flatMap((attempt, index) => {
      const row = rows[index];
      const { lateSeconds } = row ?? { lateSeconds: list.transcriptLateSeconds };
      return attempt.status === 'rejected' ? [{ row, lateSeconds, reason: attempt.reason }] : [];
    }),
  };
}

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
  const { recordings, hasTranscript, externalId, callbackUrl, connectorId } = list;
  const all: { state: RecordingState }[] = [...recordings, ...outcomes, ...(transcript ? [transcript] : [])];
  if (hasTranscript || all.some(({ state }) => state === 'here')) return 'analyse';
  const failure = outcomes.find((outcome) => outcome.state === 'failed')?.failure ?? failureOf(transcript);
  return { failure, externalId, callbackUrl, connectorId };
}

function failureOf(transcript: TranscriptOutcome | undefined): Failure {
  return transcript?.state === 'failed' ? transcript.failure : unexplained;
}

const unexplained: Failure = {
  code: 'path_missing',
  message: 'Neither a recording nor a transcript could be fetched.',
};
