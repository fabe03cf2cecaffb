import type { AnswerState, Evidence, Kpi } from '../../shared/quality.ts';
import { evaluateAcoustic } from './evaluators/acoustic.ts';
import type { Finding, Material } from './evaluators/finding.ts';
import { evaluateLlm } from './evaluators/llm.ts';
import { evaluateManual } from './evaluators/manual.ts';
import { evaluateMetadata } from './evaluators/metadata.ts';
import { evaluatePhrase } from './evaluators/phrase.ts';

/** A KPI's answer before it has a score. */
export interface Answer {
  state: AnswerState;
  /** The chosen option's label, or what was found where the KPI has no options. */
  response: string | null;
  justification: string;
  evidence: Evidence[];
}

/** Answers one KPI. A true result picks the first option, a false one the last. */
export function evaluate(kpi: Kpi, material: Material): Answer {
  const finding = find(kpi, material);
  if (finding.state !== 'answered')
    return { state: finding.state, response: null, justification: finding.why, evidence: [] };
  return {
    state: 'answered',
    response: responseOf(kpi, finding),
    justification: finding.why,
    evidence: finding.evidence,
  };
}

function find({ evaluator }: Kpi, material: Material): Finding {
  switch (evaluator.kind) {
    case 'acoustic':
      return evaluateAcoustic(evaluator, material);
    case 'phrase':
      return evaluatePhrase(evaluator, material);
    case 'metadata':
      return evaluateMetadata(evaluator, material);
    case 'llm':
      return evaluateLlm();
    case 'manual':
      return evaluateManual();
  }
}

function responseOf(kpi: Kpi, finding: Extract<Finding, { state: 'answered' }>): string {
  if ('option' in finding) return finding.option;
  const option = finding.truth ? kpi.options[0] : kpi.options.at(-1);
  return option?.label ?? finding.reading;
}
