import type { Cluster } from '../../kafka/cluster.ts';
import type { ConnectorContext } from '../connector.ts';
import type { Ecc6xConfig } from './config.ts';
import { addressOf } from './stream.ts';

/** A way to the cluster for a check alone. Its library is loaded now: it would stand in the memory of every thread. */
export async function openForCheck(
  config: Ecc6xConfig,
  { egress, log }: ConnectorContext,
  timeoutMs: number,
): Promise<Cluster> {
  const { openCluster } = await import('../../kafka/open.ts');
  return openCluster({ address: addressOf(config), clientId: 'cqa-check', egress, log, timeoutMs });
}
