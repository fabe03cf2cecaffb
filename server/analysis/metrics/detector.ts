import loadFvad from '@echogarden/fvad-wasm';

/** Says for each 20 ms frame of 8 kHz sound whether it has speech in it. One for each channel: it remembers. */
export interface SpeechDetector {
  hears(frame: Int16Array): boolean;
  /** Gives its memory back. */
  close(): void;
}

/** Samples of a frame as detectors take it: 20 ms at 8 kHz. */
export const detectorFrameLength = 160;

/** Modes 0 and 1 hear speech everywhere once noise reaches −33 dBFS; 3 misses quiet parties. */
const mode = 2;

/** One for all detectors of a thread: each has megabytes of memory, whose end sets V8 looking through all that it holds. */
let loading: ReturnType<typeof loadFvad> | undefined;

/** WebRTC's detector (Gaussian models of six sub-bands), which needs no trained model of its own. */
export async function fvadDetector(): Promise<SpeechDetector> {
  loading ??= loadFvad().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  const fvad = await loading;
  const detector = fvad._fvad_new();
  const address = fvad._malloc(detectorFrameLength * 2);
  fvad._fvad_set_mode(detector, mode);
  fvad._fvad_set_sample_rate(detector, 8000);
  return {
    hears(frame) {
      fvad.HEAP16.set(frame, address >> 1);
      return fvad._fvad_process(detector, address, detectorFrameLength) === 1;
    },
    close() {
      fvad._free(address);
      fvad._fvad_free(detector);
    },
  };
}

/**
 * A frame of any sample rate as 160 samples: each is the mean of the samples that fall into it. The detector looks at
 * bands up to 4 kHz with coarse models, so that this simple filter is enough.
 */
export function detectorFrame(frame: Int16Array, out: Int16Array): void {
  if (frame.length === detectorFrameLength) {
    out.set(frame);
    return;
  }
  const ratio = frame.length / detectorFrameLength;
  for (let i = 0; i < detectorFrameLength; i++) {
    const from = Math.floor(i * ratio);
    const to = Math.max(from + 1, Math.floor((i + 1) * ratio));
    let sum = 0;
    for (let j = from; j < to; j++) sum += frame[j] ?? 0;
    out[i] = sum / (to - from);
  }
}
