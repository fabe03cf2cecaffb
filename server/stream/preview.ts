import type { ConnectorContext, EventStream } from '../connectors/connector.ts';
import type { KafkaEvent } from '../kafka/cluster.ts';
import { importConfigSchema, rowSettingsOf } from '../pipeline/import/settings.ts';
import { type PreviewedLine, tableOfLines } from '../pipeline/preview/table.ts';
import type { Preview } from '../pipeline/preview.ts';
import { JsonValidator } from '../rows/validate/json.ts';
import { EventReader } from './events.ts';

const eventsShown = 10;
/** Somebody polls on. */
const timeoutMs = 10_000;

/** The newest events of a stream and what they would become. No group is joined, and nothing is written. Throws what the cluster throws. */
export async function previewStream(stream: EventStream, config: unknown, context: ConnectorContext): Promise<Preview> {
  const { kafka: address, topic } = stream;
  const { egress, log } = context;
  // Its library is loaded where there is a cluster alone.
  const { openCluster } = await import('../kafka/open.ts');
  await using cluster = openCluster({ address, clientId: 'cqa-preview', egress, log, timeoutMs });
  const events = await cluster.latestEvents(topic, eventsShown);
  const settings = rowSettingsOf(importConfigSchema.parse(config), context.timezone);
  const validator = new JsonValidator(settings.timezone, settings);
  const reader = new EventReader((value) => stream.fieldsOf(value), validator, log);
  return {
    ...{ isStream: true, waiting: [], item: events.length > 0 ? { key: topic, size: undefined } : undefined },
    ...tableOfLines(events.map((event) => lineOf(event, reader))),
  };
}

function lineOf(event: KafkaEvent, reader: EventReader): PreviewedLine {
  const read = reader.read(event);
  const outcome = read === 'skipped' ? read : 'problem' in read ? read.problem : read.interaction;
  return { line: event.offset, raw: event.value?.toString() ?? '', outcome };
}
