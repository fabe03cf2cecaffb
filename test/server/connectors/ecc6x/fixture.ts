import type { ConnectorContext, ConnectorType } from '../../../../server/connectors/connector.ts';
import { checkEcc6x } from '../../../../server/connectors/ecc6x/check.ts';
import type { Ecc6xConfig } from '../../../../server/connectors/ecc6x/config.ts';
import { ecc6x } from '../../../../server/connectors/ecc6x/ecc6x.ts';
import type { Direction } from '../../../../shared/connector.ts';
import { type KafkaOptions, missingForKafka, startKafka } from '../../../harness/kafka.ts';
import type { StreamFixture, StreamSystem } from '../stream-fixture.ts';
import { interaction } from './events.ts';
import { kafkaSettings } from './kafka-settings.ts';

type Json = Record<string, unknown>;

/** A cluster with a topic of interactions. */
async function startEcc(options: KafkaOptions): Promise<StreamSystem> {
  const kafka = await startKafka(options);
  const [topic, results_topic] = [`interactions-${Date.now()}`, `results-${Date.now()}`];
  await kafka.createTopic(topic, 2);
  await kafka.createTopic(results_topic);
  const config = (more: Json = {}): Json => ({
    ...kafkaSettings(kafka.address()),
    topic,
    results_topic,
    group_id: 'cqa-contract',
    ...more,
  });
  let sent = 0;
  return {
    config,
    ...(options.sasl
      ? { wrongCredential: () => config({ sasl: { mechanism: 'plain', username: 'good', password: 'wrong' } }) }
      : {}),
    refused: () => config({ brokers: ['127.0.0.1:1'] }),
    unknownHost: () => config({ brokers: ['kafka.ecc.invalid:9092'] }),
    nowhere: () => config({ topic: 'there-is-none' }),
    async send(id) {
      await kafka.send(topic, [{ value: JSON.stringify(interaction({ id })) }]);
      sent++;
    },
    async count() {
      const [events, results] = [await kafka.readAll(topic, sent), await kafka.readAll(results_topic, 0)];
      return events.length + results.length;
    },
    ...(missingForKafka('freeze') === undefined ? { freeze: () => kafka.freeze(), thaw: () => kafka.thaw() } : {}),
    stop: () => kafka.stop(),
  };
}

export const streamFixture: StreamFixture = {
  variants: [
    { name: 'plain text', missing: () => missingForKafka(), start: () => startEcc({}) },
    {
      name: 'TLS and a sign-in',
      missing: () => missingForKafka('sasl', 'tls'),
      start: () => startEcc({ sasl: true, tls: true }),
    },
  ],
  withTimeout: (timeoutMs) =>
    ({
      ...ecc6x,
      check: (config: Ecc6xConfig, direction: Direction, context: ConnectorContext) =>
        checkEcc6x(config, direction, context, { timeoutMs }),
    }) as unknown as ConnectorType,
};
