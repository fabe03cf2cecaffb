import type { Log } from '../../log.ts';
import type { GenesysApi } from './api.ts';
import { directions, type GenesysConfig } from './config.ts';
import { type NameList, queueKind, readNames, wrapUpKind } from './name-list.ts';

/** What is to be taken, in the API's own terms. */
export interface Plan {
  config: GenesysConfig;
  /** IDs of the wanted queues with the most calls a day of each; empty where all calls are wanted. */
  queues: ReadonlyMap<string, number | undefined>;
  /** IDs; empty where every code is wanted. */
  wrapUpCodes: ReadonlySet<string>;
  queueNames: NameList;
  wrapUpNames: NameList;
  /** What was taken for an ID because nobody could look it up, in words. */
  guesses: string[];
}

/** Looks names up, and warns of those that could not be. Throws `invalid` for a queue or wrap-up code that is not there. */
export async function planOf(api: GenesysApi, config: GenesysConfig, log: Log): Promise<Plan> {
  const queueNames = await readNames(api, queueKind, log);
  const wrapUpNames = await readNames(api, wrapUpKind, log);
  const { queues, max_calls_per_queue } = config;
  const { wrap_up_codes: codes } = config.quality_criteria;
  const taken = [queueNames.takenAsIds(queues.map(({ queue }) => queue)), wrapUpNames.takenAsIds(codes)];
  const guesses = taken.filter((guess) => guess !== undefined);
  for (const guess of guesses) log.warn({}, guess);
  return {
    config,
    queues: new Map(queues.map(({ queue, max_calls }) => [queueNames.idOf(queue), max_calls ?? max_calls_per_queue])),
    wrapUpCodes: new Set(codes.map((code) => wrapUpNames.idOf(code))),
    queueNames,
    wrapUpNames,
    guesses,
  };
}

interface Filter {
  type: 'or';
  predicates: { type: 'dimension'; dimension: string; operator: 'matches' | 'exists'; value?: string }[];
}

/**
 * The part of the settings that the API filters by itself, which saves transfer: what can be is checked again here. One
 * and the same segment must meet every segment filter, so they name only what stands together in an agent's segment.
 */
export function filtersOf({ config, queues, wrapUpCodes }: Plan): Record<string, Filter[]> {
  const segmentFilters = [
    anyOf('mediaType', config.media_types),
    ...(config.only_recorded ? [wasRecorded] : []),
    ...(queues.size > 0 ? [anyOf('queueId', [...queues.keys()])] : []),
    ...(wrapUpCodes.size > 0 ? [anyOf('wrapUpCode', [...wrapUpCodes])] : []),
  ];
  if (config.directions.length === directions.length) return { segmentFilters };
  return { segmentFilters, conversationFilters: [anyOf('originatingDirection', config.directions)] };
}

/** The mark is missing where there is no recording, so it cannot be compared. */
const wasRecorded: Filter = {
  type: 'or',
  predicates: [{ type: 'dimension', dimension: 'recording', operator: 'exists' }],
};

function anyOf(dimension: string, values: readonly string[]): Filter {
  return {
    type: 'or',
    predicates: values.map((value) => ({ type: 'dimension', dimension, operator: 'matches', value })),
  };
}
