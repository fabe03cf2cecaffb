import type { Measures, TranscriptTurn } from '../../../shared/measures.ts';
import type { Evidence, Scalar } from '../../../shared/quality.ts';
import type { Lookup } from '../condition.ts';

/** All that an evaluator may look at. */
export interface Material {
  measures: Measures | null;
  /** Why there are no measures. */
  unmeasuredReason: string | undefined;
  turns: TranscriptTurn[] | null;
  /** Why the transcript that was named is not here. */
  untranscribedReason?: string | undefined;
  lookup: Lookup;
  durationSeconds: number | null;
}

/**
 * What an evaluator found. A yes-or-no result (`truth`) or an option picked by bands; `reading` is what was found in
 * itself, the answer of a KPI without options. `not_evaluated`: it could not be checked; `error`: the KPI itself is wrong.
 */
export type Finding =
  | { state: 'answered'; truth: boolean; reading: string; why: string; evidence: Evidence[] }
  | { state: 'answered'; option: string; reading: string; why: string; evidence: Evidence[] }
  | { state: 'not_evaluated' | 'error'; why: string };

export function notEvaluated(why: string): Finding {
  return { state: 'not_evaluated', why };
}

export interface Band {
  up_to?: number | undefined;
  option: string;
}

/** The first band whose `up_to` is not exceeded; a band without one takes all that is left. */
export function bandOf(bands: readonly Band[], value: number): Band | undefined {
  return bands.find((band) => band.up_to === undefined || value <= band.up_to);
}

/** "of at least 3" and the like, to be put behind "The rule asks for a value …". */
export function wish(operator: string, value: Scalar | string): string {
  const words: Record<string, string> = {
    IS: 'equal to',
    IS_NOT: 'other than',
    CONTAINS: 'with',
    NOT_CONTAINS: 'without',
    GREATER_THAN: 'above',
    LESS_THAN: 'below',
    GREATER_OR_EQUAL: 'of at least',
    LESS_OR_EQUAL: 'of at most',
  };
  return `${words[operator] ?? operator} ${value}`;
}

/** "met" and "not met" end every justification of a yes-or-no rule. */
export function verdict(operator: string, value: Scalar | string, truth: boolean): string {
  return `The rule asks for a value ${wish(operator, value)}: ${truth ? 'met' : 'not met'}.`;
}
