import { AppError, type Failure } from '../../../shared/error.ts';

const minute = 60;
/** After how many seconds of waiting, how long until the next look. */
const steps: readonly [since: number, delay: number][] = [
  [0, minute],
  [minute, 2 * minute],
  [3 * minute, 5 * minute],
  [8 * minute, 10 * minute],
  [18 * minute, 15 * minute],
  [33 * minute, 30 * minute],
  [63 * minute, 60 * minute],
];
/** Looks come a little early or late. */
const toleranceSeconds = 5;
const givenUpSeconds = 24 * 60 * minute;
/** Seconds apart, for what passes at once. */
const quickAttempts = 2;
/** Where whoever limits us does not say for how long. */
const limitedSeconds = minute;
/**
 * How long a source asks us to wait is believed this far: nothing is lost by asking once an hour, and a server that
 * answers in milliseconds would else put a recording off by years.
 */
const longestSaidSeconds = 60 * minute;

/**
 * How long until a recording that is late is asked for again: after 1 minute, then 2, 5, 10, 15 and 30, then each hour;
 * later where the source says so, an hour at most.
 */
export function lateDelaySeconds(lateSeconds: number, retryAfterSeconds = 0): number {
  const step = steps.findLast(([since]) => since <= lateSeconds + toleranceSeconds);
  return Math.max(step?.[1] ?? minute, believed(retryAfterSeconds));
}

function believed(saidSeconds: number): number {
  return Math.min(saidSeconds, longestSaidSeconds);
}

/** What it ends with where the source has said for a day that it is not there yet; undefined before. */
export function givenUp({ field, reference, lateSeconds = 0 }: LateReference): Failure | undefined {
  if (lateSeconds < givenUpSeconds - toleranceSeconds) return undefined;
  const what = field === 'audio_url' ? 'recording' : 'transcript';
  const name = reference.length > 200 ? `${reference.slice(0, 200)}…` : reference;
  return {
    code: 'path_missing',
    message: `The source has said for 24 hours that the ${what} ${name} is not there yet, so it is not asked for again. If it is there by now, retry the execution that brought it, which fetches it again (an event of a stream: send it again with another ${field}). Otherwise ask whoever runs the source.`,
  };
}

interface LateReference {
  field: 'audio_url' | 'transcript_url';
  reference: string;
  lateSeconds?: number | undefined;
}

export interface Wait {
  seconds: number;
  /** Whether it ends a day after it began. */
  isBounded: boolean;
}

/**
 * How long a failure that is nobody's asks us to wait, where it does; such a wait is no failed attempt. `lateSeconds` is
 * how long it has been waited for. A host or a storage that does not come back within seconds is waited for as a late
 * recording is: whoever has to mend it may be asleep.
 */
export function waitAfter(thrown: unknown, lateSeconds: number, attempts: number): Wait | undefined {
  if (!(thrown instanceof AppError)) return undefined;
  const { code, kind, retryAfterSeconds } = thrown;
  if (code === 'rate_limited') return { seconds: believed(retryAfterSeconds ?? limitedSeconds), isBounded: false };
  if (lateSeconds >= givenUpSeconds) return undefined;
  const isAway = kind === 'transient' && attempts > quickAttempts;
  if (!isAway && !isLate(thrown)) return undefined;
  return { seconds: lateDelaySeconds(lateSeconds, retryAfterSeconds), isBounded: true };
}

export function isLate(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.code === 'recording_not_yet';
}
