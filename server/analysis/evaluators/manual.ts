import { type Finding, notEvaluated } from './finding.ts';

/** KPIs that are for a person to judge. */
export function evaluateManual(): Finding {
  return notEvaluated('Not evaluated: scored by a person.');
}
