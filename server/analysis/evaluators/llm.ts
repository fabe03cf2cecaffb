import { type Finding, notEvaluated } from './finding.ts';

/** Instructions in plain language need a language model; without one nothing is guessed. */
export function evaluateLlm(): Finding {
  return notEvaluated('Not evaluated: needs a language model, which this installation does not have.');
}
