import { z } from 'zod';
import { externalIdOf } from './events.ts';
import type { Site } from './site.ts';
import { readTopic } from './topics.ts';

/** What this bench wants of a result. */
const resultSchema = z.object({
  event_id: z.string(),
  event: z.string(),
  source: z.object({ external_interaction_id: z.string() }),
});

/** A result event that was written again. */
interface Repeat {
  firstAtMs: number;
  againAtMs: number;
}

export interface Results {
  messages: number;
  /** Distinct event ids. */
  distinct: number;
  /** Interactions of those that were sent with one event id and no other. */
  exact: number;
  repeats: Repeat[];
  byKind: Record<string, number>;
  /** When the first result of an interaction was written, by its external id. */
  writtenAtMs: Map<string, number>;
}

/** Reads the whole results topic, which is to have one event id for each of the `count` interactions. */
export async function readResults(site: Site, topic: string, count: number): Promise<Results> {
  const firstAtMs = new Map<string, number>();
  const idsOf = new Map<string, Set<string>>();
  const writtenAtMs = new Map<string, number>();
  const repeats: Repeat[] = [];
  const byKind: Record<string, number> = {};
  const messages = await readTopic(site, topic, ({ value, timestampMs }) => {
    const result = resultSchema.parse(JSON.parse((value ?? '').toString()));
    const { event_id: id, event, source } = result;
    const first = firstAtMs.get(id);
    if (first !== undefined) {
      repeats.push({ firstAtMs: first, againAtMs: timestampMs });
      return;
    }
    firstAtMs.set(id, timestampMs);
    byKind[event] = (byKind[event] ?? 0) + 1;
    const externalId = source.external_interaction_id;
    if (!writtenAtMs.has(externalId)) writtenAtMs.set(externalId, timestampMs);
    idsOf.set(externalId, (idsOf.get(externalId) ?? new Set()).add(id));
  });
  let exact = 0;
  for (let index = 0; index < count; index++) if (idsOf.get(externalIdOf(index))?.size === 1) exact += 1;
  return { messages, distinct: firstAtMs.size, exact, repeats, byKind, writtenAtMs };
}

/** Those that no kill between the first and the second writing explains. */
export function unexplained(repeats: readonly Repeat[], killedAtMs: readonly number[]): Repeat[] {
  // A time is stamped before the request is sent, so what was under way at the kill has an earlier one.
  return repeats.filter(
    ({ firstAtMs, againAtMs }) => !killedAtMs.some((atMs) => firstAtMs <= atMs && againAtMs >= atMs),
  );
}
