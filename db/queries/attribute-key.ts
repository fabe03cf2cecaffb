import { hash } from 'node:crypto';
import type { Scalar } from '../../shared/quality.ts';
import { foldedText, numberOf } from '../../shared/scalar.ts';

const keyBytes = 8;

/**
 * The key under which interactions with this value are found. Values that any comparison of ours takes for equal share it
 * (`12.50` and 12.5, `Sales` and `ＳＡＬＥＳ `); others may, too, so what is found by a key has to be compared itself.
 */
export function attributeKey(value: Scalar): Buffer {
  const number = numberOf(value);
  return keyOf(number === null ? `text ${mostGeneral(value)}` : `number ${number + 0}`);
}

/** The keys under which a value that a person typed may lie: text of a number with an exponent is a number in JSON. */
export function attributeKeys(value: string): Buffer[] {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) ? [attributeKey(value), attributeKey(number)] : [attributeKey(value)];
}

function keyOf(text: string): Buffer {
  return hash('sha256', text, 'buffer').subarray(0, keyBytes);
}

/** JavaScript and SQL differ in the lower case of the dotted I and of the sigma that ends a word. */
function mostGeneral(value: Scalar): string {
  return foldedText(value).replaceAll('\u0307', '').replaceAll('ς', 'σ').trim();
}
