import { AppError } from '../../shared/error.ts';
import type { AudioFacts, Measures } from '../../shared/measures.ts';
import { type OpenOptions, openAudio } from './media/open.ts';
import type { SampleStream } from './media/samples.ts';
import { notAudio } from './media/sniff.ts';
import { ClippingCounter } from './metrics/clipping.ts';
import { fvadDetector, type SpeechDetector } from './metrics/detector.ts';
import { FrameCollector } from './metrics/frames.ts';
import { measuresOf } from './metrics/measures.ts';

export interface RecordingOptions extends OpenOptions {
  /** Which channel the agent is on. */
  agentChannel: 0 | 1;
  /** Silence this long is dead air; 3 where absent. */
  deadAirSeconds?: number | undefined;
  /** `energy` leaves the speech detector out; for comparison, and where WebAssembly is not available. */
  engine?: 'fvad' | 'energy' | undefined;
}

/**
 * Decodes and measures a recording as it arrives. What is kept grows by some 1 KB for each second of the call.
 * Throws AppError `not_audio`, `unsupported_audio`, `cancelled`, `program_missing`, or the stream's own error.
 */
export async function measureRecording(
  stream: AsyncIterable<Uint8Array>,
  options: RecordingOptions,
): Promise<{ facts: AudioFacts; measures: Measures }> {
  const samples = await openAudio(stream, options);
  const detectors = options.engine === 'energy' ? null : await detectorsFor(samples.format.channels);
  try {
    const clipping = new ClippingCounter(samples.format.fullScale);
    const collector = await collect(samples, new FrameCollector(samples.format, detectors), clipping, options.signal);
    return finished(samples, collector, clipping, options);
  } finally {
    for (const detector of detectors ?? []) detector.close();
  }
}

async function detectorsFor(channels: number): Promise<SpeechDetector[]> {
  return Promise.all(Array.from({ length: channels }, () => fvadDetector()));
}

async function collect(
  samples: SampleStream,
  collector: FrameCollector,
  clipping: ClippingCounter,
  signal: AbortSignal | undefined,
): Promise<FrameCollector> {
  for await (const block of samples.blocks) {
    if (signal?.aborted) throw new AppError('cancelled', 'Measuring the recording was stopped.');
    collector.push(block);
    clipping.push(block);
  }
  collector.finish();
  if (collector.frameCount === 0) throw notAudio('it has a header but no sound');
  return collector;
}

function finished(
  samples: SampleStream,
  collector: FrameCollector,
  clipping: ClippingCounter,
  options: RecordingOptions,
): { facts: AudioFacts; measures: Measures } {
  const { truncated, ...kind } = samples.ending();
  const { channels, sampleRate } = samples.format;
  const facts = { ...kind, channels, sample_rate: sampleRate, duration_seconds: collector.seconds };
  const { agentChannel, deadAirSeconds = 3 } = options;
  const measures = measuresOf(collector, clipping.ratio, { agentChannel, deadAirSeconds });
  if (truncated) measures.warnings.push('truncated');
  return { facts, measures };
}
