import type { Condition, FilterGroup, Operator, Scalar } from '../../shared/quality.ts';
import { foldedText, numberOf } from '../../shared/scalar.ts';

/** Finds an attribute's value; undefined where the interaction has none. */
export type Lookup = (attribute: string) => Scalar | undefined;

/**
 * Whether an interaction meets a condition. Where both sides are numbers (or text that is one) they compare as numbers;
 * otherwise as text, trimmed and without regard to case, which also puts ISO dates in order. A number and a text that
 * is none have no order. A missing attribute meets only IS_NOT and NOT_CONTAINS.
 */
export function matches(condition: Condition, lookup: Lookup): boolean {
  const actual = lookup(condition.attribute);
  if (actual === undefined) return condition.operator === 'IS_NOT' || condition.operator === 'NOT_CONTAINS';
  return compare(actual, condition.operator, condition.value);
}

/** OR of ANDs; an empty group matches everything. */
export function matchesGroup(group: FilterGroup, lookup: Lookup): boolean {
  return group.length === 0 || group.some((all) => all.every((condition) => matches(condition, lookup)));
}

/** Compares one value with another as `matches` does. */
export function compare(actual: Scalar, operator: Operator, expected: Scalar): boolean {
  switch (operator) {
    case 'IS':
      return order(actual, expected) === 0;
    case 'IS_NOT':
      return order(actual, expected) !== 0;
    case 'CONTAINS':
      return foldedText(actual).includes(foldedText(expected));
    case 'NOT_CONTAINS':
      return !foldedText(actual).includes(foldedText(expected));
    case 'GREATER_THAN':
      return order(actual, expected) > 0;
    case 'LESS_THAN':
      return order(actual, expected) < 0;
    case 'GREATER_OR_EQUAL':
      return order(actual, expected) >= 0;
    case 'LESS_OR_EQUAL':
      return order(actual, expected) <= 0;
  }
}

/** Negative, 0 or positive; NaN where the two have no order. */
function order(a: Scalar, b: Scalar): number {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null && y !== null) return x - y;
  const [s, t] = [foldedText(a), foldedText(b)];
  if (s === t) return 0;
  if (x !== null || y !== null) return Number.NaN;
  return s < t ? -1 : 1;
}
