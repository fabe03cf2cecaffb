import type { Cluster, KafkaSettings } from './cluster.ts';
import { KafkajsCluster } from './kafkajs/cluster.ts';

/** A way to a cluster; connects when it is asked for something. */
export function openCluster(settings: KafkaSettings): Cluster {
  return new KafkajsCluster(settings);
}
