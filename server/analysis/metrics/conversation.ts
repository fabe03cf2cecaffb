import { framesPerSecond } from './frames.ts';
import { framesOf, type Segment, segmentsOf } from './segments.ts';

/** What two parties' segments say together. All counts in frames; agent and customer are parties 0 and 1. */
export interface Conversation {
  talk: [number, number];
  overlap: Segment[];
  silence: number;
  deadAir: Segment[];
  /** How often party 0 and party 1 interrupted the other. */
  interruptions: [number, number];
  /** Frames from one party's end to the other's start, wherever the word passed without overlap. */
  responses: number[];
}

const interruptedAfterFrames = 1 * framesPerSecond;
const interruptionOverlapFramesMin = 0.3 * framesPerSecond;
const interruptionFramesMin = 1 * framesPerSecond;

/**
 * Measures a conversation. talk[0] + talk[1] − overlap + silence = frameCount holds exactly.
 * `deadAirFrames`: how long nobody must speak for it to be dead air; before the first and after the last word it is not.
 */
export function converse(parties: [Segment[], Segment[]], frameCount: number, deadAirFrames: number): Conversation {
  const [a, b] = [framesOf(parties[0], frameCount), framesOf(parties[1], frameCount)];
  const both = a.map((on, i) => on & (b[i] ?? 0));
  const quiet = a.map((on, i) => (on || b[i] ? 0 : 1));
  return {
    talk: [frames(parties[0]), frames(parties[1])],
    overlap: segmentsOf(both, 0, 1),
    silence: quiet.reduce((sum, one) => sum + one, 0),
    deadAir: segmentsOf(quiet, 0, deadAirFrames).filter(({ from, to }) => from > 0 && to < frameCount),
    interruptions: [interruptions(parties[0], parties[1]), interruptions(parties[1], parties[0])],
    responses: responses(parties),
  };
}

export function frames(segments: Segment[]): number {
  return segments.reduce((sum, { from, to }) => sum + to - from, 0);
}

/**
 * A cuts in while B has spoken for a second or more, both speak for 300 ms or more, A goes on for a second or more in
 * all (which leaves out "uh-huh"), and B gives way: B ends first.
 */
function interruptions(by: Segment[], of: Segment[]): number {
  return by.filter((cut) => of.some((spoken) => interrupts(cut, spoken))).length;
}

function interrupts(cut: Segment, spoken: Segment): boolean {
  return (
    cut.from - spoken.from >= interruptedAfterFrames &&
    spoken.to - cut.from >= interruptionOverlapFramesMin &&
    cut.to - cut.from >= interruptionFramesMin &&
    spoken.to < cut.to
  );
}

function responses(parties: [Segment[], Segment[]]): number[] {
  const turns = parties
    .flatMap((segments, party) => segments.map((segment) => ({ ...segment, party })))
    .sort((x, y) => x.from - y.from);
  const gaps: number[] = [];
  let last: (typeof turns)[number] | undefined;
  for (const turn of turns) {
    if (last && turn.party !== last.party && turn.from >= last.to) gaps.push(turn.from - last.to);
    if (!last || turn.to >= last.to) last = turn;
  }
  return gaps;
}
