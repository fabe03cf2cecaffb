import { AppError } from '../../shared/error.ts';

/**
 * As JSON.parse(). Half of a pair of surrogates is no character and would be changed when it is stored, or make the
 * answer that gives it back unreadable: it is an error too. Throws what JSON.parse() throws, and HalfCharacter.
 */
export function parseWholeJson(text: string): unknown {
  return /\\ud[89a-f]/i.test(text) ? JSON.parse(text, refuseHalves) : JSON.parse(text);
}

export class HalfCharacter extends AppError {
  constructor() {
    super('invalid_json', 'a \\uD800–\\uDFFF escape in it stands alone. Write both halves.');
  }
}

function refuseHalves(key: string, value: unknown): unknown {
  if (hasHalf(key) || (typeof value === 'string' && hasHalf(value))) throw new HalfCharacter();
  return value;
}

function hasHalf(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
