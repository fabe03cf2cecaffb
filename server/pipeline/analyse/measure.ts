import type { AnalysisMaterial, StoredRecording } from '../../../db/queries/analysis-subjects.ts';
import type { Measurement } from '../../../db/queries/measurements.ts';
import { AppError, type ErrorCode, type Failure } from '../../../shared/error.ts';
import { measureRecording } from '../../analysis/measure.ts';
import type { Services } from '../../services.ts';

/** What there is to hear of an interaction, or why there is nothing. */
export type Measured = { measurement: Measurement; isNew: boolean } | { failure: Failure };

/** Of a two-channel recording. */
const agentChannel = 0;

/** The recording is at fault, not the moment: trying again would change nothing, and the transcript can still be used. */
const unmeasurable: readonly ErrorCode[] = [
  'not_audio',
  'unsupported_audio',
  'audio_too_large',
  'program_missing',
  'not_found',
  'sealed_data_damaged',
];

/**
 * Measures the first of an interaction's recordings that can be measured. What was measured before on the same content
 * is used again. Throws what may pass (storage away, cancelled).
 */
export async function measureFirst(
  services: Services,
  { recordings, measurement: known }: Pick<AnalysisMaterial, 'recordings' | 'measurement'>,
  ffmpegPath: string | undefined,
  signal: AbortSignal,
): Promise<Measured> {
  if (known && recordings.some((recording) => recording.state === 'here' && recording.sha256 === known.sha256))
    return { measurement: known, isNew: false };
  let failure = firstFailure(recordings);
  for (const recording of recordings) {
    const measured = await measure(services, recording, ffmpegPath, signal);
    if (measured && 'measurement' in measured) return measured;
    failure = measured?.failure ?? failure;
  }
  return { failure };
}

/** Undefined: the recording is not here. */
async function measure(
  services: Services,
  { position, state, storageKey, sha256 }: StoredRecording,
  ffmpegPath: string | undefined,
  signal: AbortSignal,
): Promise<Measured | undefined> {
  if (state !== 'here' || storageKey === null || sha256 === null) return undefined;
  try {
    const stream = await services.storage.read(storageKey);
    const measured = await measureRecording(stream, { ffmpegPath, agentChannel, signal });
    return { measurement: { position, sha256, ...measured }, isNew: true };
  } catch (thrown) {
    if (!(thrown instanceof AppError) || !unmeasurable.includes(thrown.code)) throw thrown;
    return { failure: { code: thrown.code, message: thrown.message } };
  }
}

function firstFailure(recordings: StoredRecording[]): Failure {
  const failed = recordings.find((recording) => recording.failure)?.failure;
  return failed ?? { code: 'not_found', message: 'The interaction has no recording.' };
}
