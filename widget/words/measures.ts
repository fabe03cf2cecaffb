import type { UnmeasuredCode, WarningCode } from '../../shared/measures.ts';
import type { AcousticMeasure } from '../../shared/quality.ts';

interface MeasureWords {
  title: string;
  /** What the number is: a share of the call, seconds, decibels below full scale, or a count. */
  unit: 'share' | 'seconds' | 'dbfs' | 'count';
}

export const measureWords: Record<AcousticMeasure, MeasureWords> = {
  talk_ratio_agent: { title: 'Agent talks', unit: 'share' },
  talk_ratio_customer: { title: 'Customer talks', unit: 'share' },
  silence_ratio: { title: 'Silence', unit: 'share' },
  dead_air_ratio: { title: 'Dead air', unit: 'share' },
  dead_air_longest_seconds: { title: 'Longest dead air', unit: 'seconds' },
  overlap_ratio: { title: 'Both talk', unit: 'share' },
  interruptions_by_agent: { title: 'Interruptions by agent', unit: 'count' },
  interruptions_by_customer: { title: 'Interruptions by customer', unit: 'count' },
  response_time_mean_seconds: { title: 'Mean response time', unit: 'seconds' },
  level_agent_dbfs: { title: 'Level of agent', unit: 'dbfs' },
  level_customer_dbfs: { title: 'Level of customer', unit: 'dbfs' },
  clipping_ratio: { title: 'Clipped', unit: 'share' },
  duration_seconds: { title: 'Duration', unit: 'seconds' },
};

/** What a listener should know before trusting the figures. */
export const warningWords: Record<WarningCode, string> = {
  bleed: 'The channels leak into each other; who speaks was decided by loudness.',
  clipping: 'The recording is clipped: too loud for its format.',
  tone: 'It holds long tones, such as hold music, that count as speech.',
  identical_channels: 'Both channels hold the same sound, so the parties cannot be told apart.',
  uncertain_speech: 'Speech is hard to tell from the noise here; shares and times may be off.',
  truncated: 'The recording is shorter than its own header says.',
};

const reasons: Record<UnmeasuredCode, string> = {
  mono: 'one channel only',
  identical_channels: 'both channels hold the same sound',
  no_speech: 'no speech was heard',
  no_responses: 'no change of turn without overlap',
};

/** `12.4 %`, `3.2 s`, `−24.1 dBFS`, `2`; where nothing could be measured, why. */
export function measureInWords(
  measure: AcousticMeasure,
  value: number | null,
  reason: UnmeasuredCode | undefined,
): string {
  if (value === null) return reason === undefined ? 'not measured' : `not measured: ${reasons[reason]}`;
  switch (measureWords[measure].unit) {
    case 'share':
      return `${(value * 100).toFixed(1)} %`;
    case 'seconds':
      return `${value.toFixed(1)} s`;
    case 'dbfs':
      return `${value.toFixed(1).replace('-', '−')} dBFS`;
    case 'count':
      return String(value);
  }
}
