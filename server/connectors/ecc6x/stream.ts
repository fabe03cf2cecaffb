import type { KafkaAddress } from '../../kafka/cluster.ts';
import type { EventStream } from '../connector.ts';
import type { Ecc6xConfig } from './config.ts';
import { EventMapper } from './row.ts';

/** What is read without an end. */
export function streamOf(config: Ecc6xConfig): EventStream {
  const { group_id: groupId, topic, start_from: startFrom, results_topic: resultsTopic } = config;
  const reader = new EventMapper(config);
  return {
    kafka: addressOf(config),
    ...{ groupId, topic, startFrom, resultsTopic },
    fieldsOf: (value) => reader.read(value),
  };
}

export function addressOf({ brokers, tls, certificate_authority: ca, sasl }: Ecc6xConfig): KafkaAddress {
  return {
    brokers,
    ...(tls ? { tls: { ca } } : {}),
    ...(sasl.mechanism === 'none' ? {} : { sasl }),
  };
}
