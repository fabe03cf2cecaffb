/** A place in an event's JSON: keys, and indexes of lists. */
export interface Path {
  /** As it was written. */
  text: string;
  steps: readonly string[];
}

const mostSteps = 20;

/** `channel_data.legs[0].url` and `channel_data.legs.0.url` are the same path; undefined for what is none. */
export function parsePath(text: string): Path | undefined {
  const trimmed = text.trim();
  const steps = trimmed.replace(/\[(\d{1,6})\]/g, '.$1').split('.');
  const isGood = steps.length <= mostSteps && steps.every((step) => step !== '' && !/[[\]]/.test(step));
  return isGood ? { text: trimmed, steps } : undefined;
}

/**
 * What stands there, or undefined. A key with the path's whole text as its name counts first. Only an event's own keys
 * count, so that `constructor` and `__proto__` lead nowhere.
 */
export function valueAt(event: object, { text, steps }: Path): unknown {
  if (Object.hasOwn(event, text)) return (event as Record<string, unknown>)[text];
  if (steps.length === 1) return undefined;
  let here: unknown = event;
  for (const step of steps) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    // A list has keys beside its indexes, too: its length is none of the event's values.
    if (Array.isArray(here) && !/^\d+$/.test(step)) return undefined;
    here = (here as Record<string, unknown>)[step];
  }
  return here;
}
