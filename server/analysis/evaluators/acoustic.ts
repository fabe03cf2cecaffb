import type { Measures, Span, UnmeasuredCode } from '../../../shared/measures.ts';
import type { AcousticMeasure, Evaluator, Evidence } from '../../../shared/quality.ts';
import { compare } from '../condition.ts';
import { bandOf, type Finding, type Material, notEvaluated, verdict } from './finding.ts';

type AcousticEvaluator = Extract<Evaluator, { kind: 'acoustic' }>;
type Unit = 'share' | 'seconds' | 'count' | 'dBFS';

const subjects: Record<AcousticMeasure, { subject: string; unit: Unit }> = {
  talk_ratio_agent: { subject: 'The agent spoke for', unit: 'share' },
  talk_ratio_customer: { subject: 'The customer spoke for', unit: 'share' },
  silence_ratio: { subject: 'Nobody spoke for', unit: 'share' },
  dead_air_ratio: { subject: 'Dead air was', unit: 'share' },
  dead_air_longest_seconds: { subject: 'The longest dead air was', unit: 'seconds' },
  overlap_ratio: { subject: 'Both spoke at once for', unit: 'share' },
  interruptions_by_agent: { subject: 'Interruptions by the agent:', unit: 'count' },
  interruptions_by_customer: { subject: 'Interruptions by the customer:', unit: 'count' },
  response_time_mean_seconds: { subject: 'The mean response time was', unit: 'seconds' },
  level_agent_dbfs: { subject: "The agent's level was", unit: 'dBFS' },
  level_customer_dbfs: { subject: "The customer's level was", unit: 'dBFS' },
  clipping_ratio: { subject: 'Clipped sound was', unit: 'share' },
  duration_seconds: { subject: 'The call lasted', unit: 'seconds' },
};

const reasons: Record<UnmeasuredCode, string> = {
  mono: 'the recording has one channel for both parties (mono), so they cannot be told apart',
  identical_channels: 'both channels of the recording hold the same sound, so the parties cannot be told apart',
  no_speech: 'no speech of that party was heard',
  no_responses: 'the word never passed from one party to the other without overlap',
};

/** Compares a measure of the recording with the KPI's limit or bands. */
export function evaluateAcoustic(evaluator: AcousticEvaluator, material: Material): Finding {
  const { measures } = material;
  if (!measures)
    return notEvaluated(`The recording was not measured: ${material.unmeasuredReason ?? 'there is none'}.`);
  const value = measures.values[evaluator.measure];
  if (value === null) return notEvaluated(unmeasured(evaluator.measure, measures));
  const reading = written(value, evaluator.measure);
  const said = `${subjects[evaluator.measure].subject} ${reading}${ofWhat(evaluator.measure)}.`;
  const evidence = evidenceOf(evaluator.measure, measures);
  if (evaluator.bands) return byBands(evaluator.bands, value, { reading, said, evidence });
  const { operator, value: limit } = evaluator;
  if (operator === undefined || limit === undefined)
    return { state: 'error', why: 'The KPI has neither a limit nor bands. Edit the profile.' };
  const truth = compare(value, operator, limit);
  const why = `${said} ${verdict(operator, written(limit, evaluator.measure), truth)}`;
  return { state: 'answered', truth, reading, why, evidence };
}

function byBands(
  bands: NonNullable<AcousticEvaluator['bands']>,
  value: number,
  found: { reading: string; said: string; evidence: Evidence[] },
): Finding {
  const band = bandOf(bands, value);
  if (!band) return { state: 'error', why: `${found.said} No band of the KPI takes that value. Edit the profile.` };
  const { reading, said, evidence } = found;
  return {
    state: 'answered',
    option: band.option,
    reading,
    why: `${said} That falls into "${band.option}".`,
    evidence,
  };
}

function unmeasured(measure: AcousticMeasure, measures: Measures): string {
  const reason = measures.unmeasured[measure];
  return `${measure} was not measured${reason ? `: ${reasons[reason]}` : ''}.`;
}

/** A measure's value as people read it: "12.4 %", "3.5 s", "2", "-23.1 dBFS". */
function written(value: number, measure: AcousticMeasure): string {
  const short = (x: number) => String(Math.round(x * 10) / 10);
  switch (subjects[measure].unit) {
    case 'share':
      return `${value > 0 && value < 0.001 ? (value * 100).toPrecision(1) : short(value * 100)} %`;
    case 'seconds':
      return `${short(value)} s`;
    case 'count':
      return String(value);
    case 'dBFS':
      return `${short(value)} dBFS`;
  }
}

function ofWhat(measure: AcousticMeasure): string {
  return subjects[measure].unit === 'share' ? ' of the call' : '';
}

/** The longest stretches that make up the measure, in the order of the call: enough to listen to. */
function evidenceOf(measure: AcousticMeasure, { lanes }: Measures): Evidence[] {
  if (measure.startsWith('dead_air')) return spans(lanes.dead_air, 'dead air');
  if (measure.startsWith('overlap') || measure.startsWith('interruptions')) return spans(lanes.overlap, 'both speak');
  return [];
}

function spans(all: Span[], text: string): Evidence[] {
  const longest = all.toSorted((a, b) => b.end - b.start - (a.end - a.start)).slice(0, 5);
  return longest
    .sort((a, b) => a.start - b.start)
    .map(({ start, end }) => ({ text, start_seconds: start, end_seconds: end }));
}
