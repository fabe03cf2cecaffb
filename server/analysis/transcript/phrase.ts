import { folded, tokensOf } from './tokens.ts';

/** A phrase ready to be looked for: one test for each word. */
export type Phrase = ((token: string) => boolean)[];

/**
 * Prepares a phrase. `exact` is literal words ("a manager" is not "the manager"). `pattern` knows, word by word:
 * `neighbo*` (and `*ing`, `un*ed`), `*` alone for any one word, and `[num]` for a number in digits.
 * Patterns are no regular expressions: matching takes time in proportion to the text, whatever a user writes.
 */
export function compilePhrase(phrase: string, match: 'exact' | 'pattern'): Phrase {
  if (match === 'exact') return tokensOf(phrase).map(equals);
  return phrase.trim().split(/\s+/).flatMap(compileWord);
}

function compileWord(word: string): Phrase {
  if (/^\W*\[num\]\W*$/i.test(word)) return [(token) => /^\p{N}+$/u.test(token)];
  if (!word.includes('*')) return tokensOf(word).map(equals);
  const parts = folded(word)
    .split('*')
    .map((part) => part.replace(/[^\p{L}\p{M}\p{N}]+/gu, ''));
  return [(token) => fitsParts(token, parts)];
}

function equals(expected: string): (token: string) => boolean {
  return (token) => token === expected;
}

/** Whether a token begins with the first part, ends with the last and holds the others in between, in order. */
function fitsParts(token: string, parts: string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (!token.startsWith(first) || !token.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = token.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at + last.length <= token.length;
}

/** Where a phrase begins among tokens, or -1. A phrase without words is nowhere. */
export function findPhrase(tokens: readonly string[], phrase: Phrase): number {
  if (phrase.length === 0) return -1;
  for (let at = 0; at + phrase.length <= tokens.length; at++)
    if (phrase.every((test, i) => test(tokens[at + i] ?? ''))) return at;
  return -1;
}
