import { hasEnded } from '../../shared/execution.ts';
import type { Execution } from '../api/types.ts';

/** How a step of an execution stands. */
export type StepState = 'open' | 'done' | 'partly' | 'failed' | 'stopped' | 'unfinished';

type Run = Pick<Execution, 'status' | 'type' | 'steps'>;
type Step = Run['steps'][number];

/** Nothing comes after the step that a run failed at; in part, only items and destinations fail. */
export function stepState({ status, type, steps }: Run, step: Step): StepState {
  if (step.ended_at === null) return hasEnded(status) ? 'unfinished' : 'open';
  const isLast = step === steps.at(-1);
  if (isLast && (status === 'handler_failed' || status === 'delivery_failed')) return 'failed';
  if (isLast && status === 'cancelled') return 'stopped';
  const mayFailInPart = type === 'data_import' ? 'store' : 'deliver';
  return status === 'partial_success' && step.name === mayFailInPart ? 'partly' : 'done';
}

/** What is said of a step beside its time: `3.2 s`, `failed after 3.2 s`. */
export function stepTookInWords(state: StepState, took: string): string {
  const words: Record<StepState, string> = {
    open: `${took} so far`,
    done: took,
    partly: `${took}, failed in part`,
    failed: `failed after ${took}`,
    stopped: `cancelled after ${took}`,
    unfinished: 'not finished',
  };
  return words[state];
}
