import { type Measures, type UnmeasuredCode, type WarningCode, warningCodes } from '../../../shared/measures.ts';
import { type AcousticMeasure, acousticMeasures } from '../../../shared/quality.ts';
import { hasBleed, withoutBleed } from './bleed.ts';
import { type Conversation, converse, frames } from './conversation.ts';
import { type ChannelFrames, type FrameCollector, frameMs, framesPerSecond } from './frames.ts';
import { framesOf, type Segment, segmentsOf } from './segments.ts';
import { count, isUncertain, type Speech, speechOf } from './speech.ts';

export interface MeasureOptions {
  agentChannel: 0 | 1;
  deadAirSeconds: number;
}

/** One channel, decided. */
interface Party {
  levels: number[];
  speech: Speech;
  segments: Segment[];
}

/** A voice does not go on this long without a pause of 150 ms; hold music and tones do. */
const toneSecondsMin = 20;
const toneGapFramesMax = 7;

/** Clipping that a listener hears. */
const clippingWarnedFrom = 0.001;

/** Makes the measures from frames. Every ratio is of the recording's whole length. */
export function measuresOf(collector: FrameCollector, clippingRatio: number, options: MeasureOptions): Measures {
  const { parties, bleed } = decide(collector.channels);
  const warned: Partial<Record<WarningCode, boolean>> = {
    bleed,
    clipping: clippingRatio >= clippingWarnedFrom,
    tone: parties.some(hasTone),
    identical_channels: collector.identical,
    uncertain_speech: parties.some((party) => isUncertain(party.speech)),
  };
  const warnings = warningCodes.filter((code) => warned[code]);
  const separable = parties.length === 2 && !collector.identical;
  const shared = { duration_seconds: collector.seconds, clipping_ratio: clippingRatio };
  const outcome = separable
    ? measureParties(ordered(parties, options.agentChannel), collector, options, shared)
    : measureMixed(parties, collector, options, shared);
  return { ...outcome, warnings, method: methodOf(collector, parties, options) };
}

function decide(channels: ChannelFrames[]): { parties: Party[]; bleed: boolean } {
  const lanes = channels.map((channel) => ({ levels: channel.levels, ...speechOf(channel) }));
  let bleed = false;
  const parties = lanes.map((lane, i) => {
    const other = lanes.length === 2 ? lanes[1 - i] : undefined;
    const leaks = other !== undefined && hasBleed(lane, other);
    bleed ||= leaks;
    const own = (frames: Uint8Array) => (leaks ? withoutBleed(frames, lane.levels, other.levels) : frames);
    const speech = { ...lane, active: own(lane.active), byEnergy: own(lane.byEnergy) };
    return { levels: lane.levels, speech, segments: segmentsOf(speech.active) };
  });
  return { parties, bleed };
}

function ordered(parties: Party[], agentChannel: 0 | 1): [Party, Party] {
  const [first, second] = parties;
  if (!first || !second) throw new RangeError('two channels are needed to tell the parties apart');
  return agentChannel === 0 ? [first, second] : [second, first];
}

type Outcome = Pick<Measures, 'values' | 'unmeasured' | 'lanes'>;
type Shared = { duration_seconds: number; clipping_ratio: number };

function measureParties(
  [agent, customer]: [Party, Party],
  collector: FrameCollector,
  options: MeasureOptions,
  shared: Shared,
): Outcome {
  const total = collector.frameCount;
  const found = converse([agent.segments, customer.segments], total, options.deadAirSeconds * framesPerSecond);
  const values = {
    ...shared,
    ...quietValues(found, total),
    talk_ratio_agent: found.talk[0] / total,
    talk_ratio_customer: found.talk[1] / total,
    overlap_ratio: frames(found.overlap) / total,
    interruptions_by_agent: found.interruptions[0],
    interruptions_by_customer: found.interruptions[1],
    response_time_mean_seconds: meanSeconds(found.responses),
    level_agent_dbfs: levelOf(agent),
    level_customer_dbfs: levelOf(customer),
  };
  const spans = spansWithin(collector.seconds);
  const lanes = {
    agent: spans(agent.segments),
    customer: spans(customer.segments),
    speech: spans(union(agent.segments, customer.segments, total)),
    dead_air: spans(found.deadAir),
    overlap: spans(found.overlap),
  };
  return { values, unmeasured: reasonsFor(values, 'no_speech'), lanes };
}

/** One channel with both parties in it: only what needs no party can be told. */
function measureMixed(parties: Party[], collector: FrameCollector, options: MeasureOptions, shared: Shared): Outcome {
  const total = collector.frameCount;
  const segments = parties[0]?.segments ?? [];
  const found = converse([segments, []], total, options.deadAirSeconds * framesPerSecond);
  const none = Object.fromEntries(acousticMeasures.map((measure) => [measure, null])) as Measures['values'];
  const values = { ...none, ...shared, ...quietValues(found, total) };
  const spans = spansWithin(collector.seconds);
  const lanes = { agent: null, customer: null, speech: spans(segments), dead_air: spans(found.deadAir), overlap: [] };
  return { values, unmeasured: reasonsFor(values, collector.identical ? 'identical_channels' : 'mono'), lanes };
}

function quietValues(found: Conversation, total: number) {
  const longest = found.deadAir.reduce((max, { from, to }) => Math.max(max, to - from), 0);
  return {
    silence_ratio: found.silence / total,
    dead_air_ratio: frames(found.deadAir) / total,
    dead_air_longest_seconds: longest / framesPerSecond,
  };
}

/** Why each null is null. Without overlap-free changes of turn there is no response time although both speak. */
function reasonsFor(values: Measures['values'], reason: UnmeasuredCode): Measures['unmeasured'] {
  const absent = acousticMeasures.filter((measure) => values[measure] === null);
  const reasonOf = (measure: AcousticMeasure): UnmeasuredCode =>
    measure === 'response_time_mean_seconds' && reason === 'no_speech' ? 'no_responses' : reason;
  return Object.fromEntries(absent.map((measure) => [measure, reasonOf(measure)]));
}

function meanSeconds(lengths: number[]): number | null {
  if (lengths.length === 0) return null;
  return lengths.reduce((sum, length) => sum + length, 0) / lengths.length / framesPerSecond;
}

/** Mean power of the party's speech frames, in dBFS (an active speech level after the idea of ITU-T P.56). */
function levelOf(party: Party): number | null {
  let power = 0;
  let length = 0;
  for (const { from, to } of party.segments)
    for (let i = from; i < to; i++, length++) power += 10 ** ((party.levels[i] ?? 0) / 10);
  return length === 0 ? null : 10 * Math.log10(power / length);
}

function hasTone(party: Party): boolean {
  const runs = segmentsOf(party.speech.active, toneGapFramesMax, toneSecondsMin * framesPerSecond);
  return runs.length > 0;
}

function union(a: Segment[], b: Segment[], total: number): Segment[] {
  const other = framesOf(b, total);
  return segmentsOf(
    framesOf(a, total).map((on, i) => on | (other[i] ?? 0)),
    0,
    1,
  );
}

/** Segments in seconds; the last frame may reach over the recording's end. */
function spansWithin(seconds: number) {
  const at = (frame: number) => Math.min(seconds, frame / framesPerSecond);
  return (segments: Segment[]) => segments.map(({ from, to }) => ({ start: at(from), end: at(to) }));
}

function methodOf(collector: FrameCollector, parties: Party[], options: MeasureOptions): Measures['method'] {
  const heard = collector.channels.every((channel) => channel.heard !== null);
  const snr = (party: Party) => (count(party.speech.active) ? (levelOf(party) ?? 0) - party.speech.noiseFloorDbfs : 0);
  return {
    engine: heard ? 'libfvad mode 2, edges by energy, version 1' : 'energy only, version 1',
    frame_ms: frameMs,
    dead_air_seconds: options.deadAirSeconds,
    noise_floor_dbfs: parties.map((party) => rounded(party.speech.noiseFloorDbfs)),
    snr_db: parties.map((party) => rounded(snr(party))),
  };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
