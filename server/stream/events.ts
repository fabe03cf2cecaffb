import { listEnabledRules, type StoredRule } from '../../db/queries/assignment-rules.ts';
import type { EventStream } from '../connectors/connector.ts';
import type { KafkaEvent } from '../kafka/cluster.ts';
import type { Log } from '../log.ts';
import type { RowProblem } from '../pipeline/parse/scanner.ts';
import { RowRejected } from '../pipeline/validate/fields.ts';
import type { Interaction } from '../pipeline/validate/interaction.ts';
import type { JsonValidator } from '../pipeline/validate/json.ts';
import { isProblem } from '../pipeline/validate/validate.ts';
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
    if (value === null) return 'skipped';
    let externalId: string | undefined;
    try {
      const fields = this.#fieldsOf(value);
      if (!fields) return 'skipped';
      const id = fields.external_interaction_id;
      externalId = typeof id === 'string' ? id : undefined;
      const outcome = this.#validator.validateObject(fields);
      return isProblem(outcome) ? { problem: outcome, externalId } : { interaction: outcome };
    } catch (thrown) {
      return { problem: this.#problemOf(thrown), externalId };
    }
  }

  #problemOf(thrown: unknown): RowProblem {
    if (thrown instanceof RowRejected) return thrown.problem;
    // A mistake of ours; the event is kept, and can be replayed when it is mended.
    this.#log.error({ err: thrown }, 'an event could not be read');
    return { code: 'bad_value', reason: `The event cannot be read: ${(thrown as Error).message}` };
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
