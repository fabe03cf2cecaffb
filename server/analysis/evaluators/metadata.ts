import type { Evaluator } from '../../../shared/quality.ts';
import { numberOf } from '../../../shared/scalar.ts';
import { matches } from '../condition.ts';
import { bandOf, type Finding, type Material, notEvaluated, verdict } from './finding.ts';

type MetadataEvaluator = Extract<Evaluator, { kind: 'metadata' }>;

/** Compares an attribute of the interaction. An attribute that is not there was not checked: that is no "No". */
export function evaluateMetadata(evaluator: MetadataEvaluator, material: Material): Finding {
  const { attribute, operator, value, bands } = evaluator;
  const actual = material.lookup(attribute);
  if (actual === undefined) return notEvaluated(`The interaction has no ${attribute}.`);
  const said = `${attribute} is ${quoted(actual)}.`;
  const common = { state: 'answered' as const, reading: String(actual), evidence: [] };
  if (bands) {
    const number = numberOf(actual);
    if (number === null) return notEvaluated(`${said} The rule needs a number.`);
    const band = bandOf(bands, number);
    if (!band) return { state: 'error', why: `${said} No band of the KPI takes that value. Edit the profile.` };
    return { ...common, option: band.option, why: `${said} That falls into "${band.option}".` };
  }
  if (operator === undefined || value === undefined)
    return { state: 'error', why: 'The KPI has neither a value to compare with nor bands. Edit the profile.' };
  const truth = matches({ attribute, operator, value }, material.lookup);
  return { ...common, truth, why: `${said} ${verdict(operator, quoted(value), truth)}` };
}

function quoted(value: string | number | boolean): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
