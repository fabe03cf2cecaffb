import type { RowProblem } from '../parse/scanner.ts';
import { RowRejected } from './fields.ts';
import type { Interaction } from './interaction.ts';
import type { JsonValidator } from './json.ts';
import { isProblem } from './validate.ts';

type Fields = Record<string, unknown>;

/** What an event's value is; `skipped`: a tombstone, or left out by the connector's filter. */
export type EventOutcome = { interaction: Interaction; fields: Fields } | EventProblem | 'skipped';

export interface EventProblem {
  problem: RowProblem;
  externalId: string | undefined;
  /** What was thrown where it is a mistake of ours, for the log. */
  mistake?: unknown;
}

/** Never throws: whatever is wrong with an event is its own problem. `fieldsOf`: its row; undefined where it is left out. */
export function readEvent(
  value: Buffer | null,
  fieldsOf: (value: Buffer) => Fields | undefined,
  validator: JsonValidator,
): EventOutcome {
  if (value === null) return 'skipped';
  let externalId: string | undefined;
  try {
    const fields = fieldsOf(value);
    if (!fields) return 'skipped';
    const id = fields.external_interaction_id;
    externalId = typeof id === 'string' ? id : undefined;
    const outcome = validator.validateObject(fields);
    return isProblem(outcome) ? { problem: outcome, externalId } : { interaction: outcome, fields };
  } catch (thrown) {
    if (thrown instanceof RowRejected) return { problem: thrown.problem, externalId };
    const reason = `The event cannot be read: ${(thrown as Error).message}`;
    return { problem: { code: 'bad_value', reason }, externalId, mistake: thrown };
  }
}
