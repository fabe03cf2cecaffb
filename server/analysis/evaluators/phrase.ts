import type { TranscriptTurn } from '../../../shared/measures.ts';
import type { Evaluator, Evidence } from '../../../shared/quality.ts';
import { lengthSeconds } from '../transcript/parse.ts';
import { compilePhrase } from '../transcript/phrase.ts';
import { type Found, type Scope, search } from '../transcript/search.ts';
import { type Finding, type Material, notEvaluated } from './finding.ts';

type PhraseEvaluator = Extract<Evaluator, { kind: 'phrase' }>;
type Hit = { phrase: string; found: Found };

/** Looks for phrases in the transcript. What cannot be known is never a pass, also where the rule is negated. */
export function evaluatePhrase(evaluator: PhraseEvaluator, material: Material): Finding {
  const { turns } = material;
  if (!turns || turns.length === 0)
    return notEvaluated(
      material.untranscribedReason === undefined
        ? 'There is no transcript. Send one: making it needs speech-to-text, which this installation does not have.'
        : `The transcript is not here. ${material.untranscribedReason}`,
    );
  const phrases = evaluator.any ?? evaluator.all ?? [];
  const scope = scopeOf(evaluator, turns, material.durationSeconds);
  if (!scope) return notEvaluated('The rule is about seconds, and the transcript has no times.');
  const hits = phrases.map((phrase) => ({
    phrase,
    found: search(turns, compilePhrase(phrase, evaluator.match), scope),
  }));
  const said = evaluator.all ? saidAll(hits) : saidAny(hits);
  if (said === null) return unclear(hits, evaluator);
  return answered(said, hits, evaluator);
}

function scopeOf(evaluator: PhraseEvaluator, turns: TranscriptTurn[], durationSeconds: number | null): Scope | null {
  const { role, within_first_seconds: first, within_last_seconds: last } = evaluator;
  if (first === undefined && last === undefined) return { role };
  const length = lengthSeconds(turns, durationSeconds);
  if (length === null || turns.every((turn) => turn.start_seconds === null)) return null;
  return { role, before: first, from: last === undefined ? undefined : Math.max(0, length - last) };
}

/** null: it depends on turns whose speaker or time is unknown. */
function saidAny(hits: Hit[]): boolean | null {
  if (hits.some(({ found }) => found.state === 'said')) return true;
  return hits.some(({ found }) => found.state === 'unclear') ? null : false;
}

function saidAll(hits: Hit[]): boolean | null {
  if (hits.some(({ found }) => found.state === 'absent')) return false;
  return hits.some(({ found }) => found.state === 'unclear') ? null : true;
}

function unclear(hits: Hit[], evaluator: PhraseEvaluator): Finding {
  const phrase = hits.find(({ found }) => found.state === 'unclear')?.phrase;
  const unknown = evaluator.role === 'any' ? 'when it was said' : 'who said it, or when';
  return notEvaluated(`"${phrase}" is in the transcript, but the transcript does not tell ${unknown}.`);
}

function answered(said: boolean, hits: Hit[], evaluator: PhraseEvaluator): Finding {
  const where = `${who(evaluator.role)}${when(evaluator)}`;
  const present = hits.filter(({ found }) => found.state === 'said').map(({ phrase }) => `"${phrase}"`);
  const absent = hits.filter(({ found }) => found.state === 'absent').map(({ phrase }) => `"${phrase}"`);
  const sentences = [
    ...(present.length > 0 ? [`${present.join(', ')} ${were(present)} said ${where}.`] : []),
    ...(absent.length > 0 && (evaluator.all || !said)
      ? [`${absent.join(', ')} ${were(absent)} not said ${where}.`]
      : []),
    ...(evaluator.negate ? ['The rule asks that this is not said.'] : []),
  ];
  const truth = said !== evaluator.negate;
  const why = `${sentences.join(' ')} ${truth ? 'Met' : 'Not met'}.`;
  return { state: 'answered', truth, reading: present.join(', ') || 'not said', why, evidence: evidenceOf(hits) };
}

function were(list: string[]): string {
  return list.length === 1 ? 'was' : 'were';
}

function who(role: PhraseEvaluator['role']): string {
  return role === 'any' ? 'in the conversation' : `by the ${role}`;
}

function when({ within_first_seconds: first, within_last_seconds: last }: PhraseEvaluator): string {
  const parts = [
    ...(first === undefined ? [] : [`in the first ${first} s`]),
    ...(last === undefined ? [] : [`in the last ${last} s`]),
  ];
  return parts.length === 0 ? '' : ` ${parts.join(' and ')}`;
}

function evidenceOf(hits: Hit[]): Evidence[] {
  const turns = new Set(hits.flatMap(({ found }) => (found.state === 'said' ? [found.turn] : [])));
  return Array.from(turns, (turn) => ({
    text: turn.text,
    ...(turn.start_seconds === null ? {} : { start_seconds: turn.start_seconds }),
    ...(turn.role === null ? {} : { role: turn.role }),
  }));
}
