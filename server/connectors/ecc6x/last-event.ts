import type { KafkaEvent } from '../../kafka/cluster.ts';
import { RowRejected } from '../../pipeline/validate/fields.ts';
import { JsonValidator } from '../../pipeline/validate/json.ts';
import type { Ecc6xConfig } from './config.ts';
import { EventReader } from './row.ts';

export interface LastEvent {
  /** What would become of it, in words. */
  message: string;
  /** It would not be stored, although nobody asked to leave it out. */
  isRejected?: boolean;
  /** Its row where it would be stored. */
  fields?: Record<string, unknown>;
}

/** What the last event of the topic would become. One that cannot be read would be kept as a rejected row, so it is no failure. */
export function lookAt(event: KafkaEvent | undefined, config: Ecc6xConfig): LastEvent {
  if (!event) return { message: 'It has no event yet.' };
  const place = `Its last event, at offset ${event.offset},`;
  if (event.value === null) return { message: `${place} is a tombstone and would be skipped.` };
  try {
    const fields = new EventReader(config).read(event.value);
    if (!fields) return { message: `${place} would be left out by the filter.` };
    const outcome = new JsonValidator(config.timezone).validateObject(fields);
    if ('code' in outcome) return rejected(place, outcome.reason);
    return { message: `${place} is the interaction ${outcome.externalId.slice(0, 100)}.`, fields };
  } catch (thrown) {
    if (!(thrown instanceof RowRejected)) throw thrown;
    return rejected(place, thrown.message);
  }
}

function rejected(place: string, reason: string): LastEvent {
  return { message: `${place} would be rejected: ${reason} Check the field map.`, isRejected: true };
}
