import { listEnabledRules, type StoredRule } from '../../db/queries/assignment-rules.ts';
import type { EventStream } from '../connectors/connector.ts';
import type { KafkaEvent } from '../kafka/cluster.ts';
import type { Log } from '../log.ts';
import type { RowProblem } from '../rows/parse/scanner.ts';
import { readEvent } from '../rows/validate/event.ts';
import type { Interaction } from '../rows/validate/interaction.ts';
import type { JsonValidator } from '../rows/validate/json.ts';
import type { Services } from '../services.ts';

/** What one event is; `skipped`: nothing that is to be stored. */
export type ReadEvent = { interaction: Interaction } | RejectedEvent | 'skipped';

export interface RejectedEvent {
  problem: RowProblem;
  externalId: string | undefined;
}

/** Reads events' values. Whatever is wrong with one is its own problem: it never stops the others. */
export class EventReader {
  readonly #fieldsOf: EventStream['fieldsOf'];
  readonly #validator: JsonValidator;
  readonly #log: Log;

  constructor(fieldsOf: EventStream['fieldsOf'], validator: JsonValidator, log: Log) {
    this.#fieldsOf = fieldsOf;
    this.#validator = validator;
    this.#log = log;
  }

  read({ value, unreadable }: Pick<KafkaEvent, 'value' | 'unreadable'>): ReadEvent {
    if (unreadable !== undefined) return { problem: { code: 'bad_value', reason: unreadable }, externalId: undefined };
    const outcome = readEvent(value, this.#fieldsOf, this.#validator);
    // The event is kept, and can be replayed when our mistake is mended.
    if (outcome !== 'skipped' && 'mistake' in outcome)
      this.#log.error({ err: outcome.mistake }, 'an event could not be read');
    return outcome;
  }
}

const rulesMs = 2_000;

/** The account's rules, a moment old at most: an event that needs nothing fetched is judged by them as it comes. */
export class RecentRules {
  readonly #services: Services;
  readonly #accountId: number;
  #rules: StoredRule[] = [];
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(services: Services, accountId: number) {
    this.#services = services;
    this.#accountId = accountId;
  }

  async get(): Promise<readonly StoredRule[]> {
    if (performance.now() - this.#readAtMs > rulesMs) {
      this.#rules = await listEnabledRules(this.#services.database.pool, this.#accountId);
      this.#readAtMs = performance.now();
    }
    return this.#rules;
  }
}
