import type { KafkaAddress } from '../../../../server/kafka/cluster.ts';

/** What a connector for this cluster is told, as a person writes it. */
export function kafkaSettings({ brokers, tls, sasl }: KafkaAddress): Record<string, unknown> {
  return {
    brokers,
    ...(tls ? { tls: true, certificate_authority: tls.ca } : {}),
    ...(sasl ? { sasl } : {}),
  };
}
