import type { KafkaEvent } from '../../kafka/cluster.ts';
import { readEvent } from '../../rows/validate/event.ts';
import { JsonValidator } from '../../rows/validate/json.ts';
import type { Ecc6xConfig } from './config.ts';
import { EventMapper } from './row.ts';

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
  if (event.unreadable !== undefined)
    return { message: `${place} cannot be read. ${event.unreadable}`, isRejected: true };
  if (event.value === null) return { message: `${place} is a tombstone and would be skipped.` };
  const mapper = new EventMapper(config);
  const outcome = readEvent(event.value, (value) => mapper.read(value), new JsonValidator(config.timezone));
  if (outcome === 'skipped') return { message: `${place} would be left out by the filter.` };
  if ('problem' in outcome) return rejected(place, outcome.problem.reason);
  const { interaction, fields } = outcome;
  return { message: `${place} is the interaction ${interaction.externalId.slice(0, 100)}.`, fields };
}

function rejected(place: string, reason: string): LastEvent {
  return { message: `${place} would be rejected: ${reason} Check the field map.`, isRejected: true };
}
