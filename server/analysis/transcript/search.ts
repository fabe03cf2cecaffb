import type { TranscriptTurn } from '../../../shared/measures.ts';
import type { Phrase } from './phrase.ts';
import { findPhrase } from './phrase.ts';
import { tokensOf } from './tokens.ts';

/** Whose words and which stretch of the call count. */
export interface Scope {
  role: 'agent' | 'customer' | 'any';
  /** Turns that begin before this second. */
  before?: number | undefined;
  /** Turns that begin at this second or later. */
  from?: number | undefined;
}

/**
 * `said`: in a turn that certainly counts. `unclear`: only in turns of which the transcript does not say who speaks, or
 * when. `absent`: nowhere that could count.
 */
export type Found = { state: 'said' | 'unclear'; turn: TranscriptTurn } | { state: 'absent' };

/** Looks for a phrase in the turns that count. It may run on over turns of one role that follow each other. */
export function search(turns: readonly TranscriptTurn[], phrase: Phrase, scope: Scope): Found {
  let unclear: TranscriptTurn | null = null;
  for (const run of runsOf(turns)) {
    const fits = run.map((turn) => belongs(turn, scope));
    const certain = startOf(
      run.filter((_, i) => fits[i] === 'yes'),
      phrase,
    );
    if (certain) return { state: 'said', turn: certain };
    if (!unclear && fits.includes('unknown'))
      unclear = startOf(
        run.filter((_, i) => fits[i] !== 'no'),
        phrase,
      );
  }
  return unclear ? { state: 'unclear', turn: unclear } : { state: 'absent' };
}

/** Turns of one known role in a row belong together; a turn without a role stands alone. */
function runsOf(turns: readonly TranscriptTurn[]): TranscriptTurn[][] {
  const runs: TranscriptTurn[][] = [];
  for (const turn of turns) {
    const run = runs.at(-1);
    if (run && turn.role !== null && run[0]?.role === turn.role) run.push(turn);
    else runs.push([turn]);
  }
  return runs;
}

function belongs(turn: TranscriptTurn, scope: Scope): 'yes' | 'no' | 'unknown' {
  if (scope.role !== 'any' && turn.role !== null && turn.role !== scope.role) return 'no';
  const { start_seconds: at } = turn;
  if (at !== null && scope.before !== undefined && at >= scope.before) return 'no';
  if (at !== null && scope.from !== undefined && at < scope.from) return 'no';
  const needsTime = scope.before !== undefined || scope.from !== undefined;
  const known = (scope.role === 'any' || turn.role !== null) && (!needsTime || at !== null);
  return known ? 'yes' : 'unknown';
}

/** The turn in which the phrase begins, or null. */
function startOf(run: TranscriptTurn[], phrase: Phrase): TranscriptTurn | null {
  let at = findPhrase(run.flatMap(wordsOf), phrase);
  if (at < 0) return null;
  for (const turn of run) {
    const { length } = wordsOf(turn);
    if (at < length) return turn;
    at -= length;
  }
  return null;
}

/** Each phrase of each question looks at the same turns. */
const knownWords = new WeakMap<TranscriptTurn, string[]>();

function wordsOf(turn: TranscriptTurn): string[] {
  const known = knownWords.get(turn);
  if (known) return known;
  const words = tokensOf(turn.text);
  knownWords.set(turn, words);
  return words;
}
