import type { ConnectorContext } from '../connector.ts';
import type { SftpConfig } from './config.ts';
import { type ConnectOptions, connect, noProgress } from './connect.ts';
import type { Connection } from './connection.ts';
import { unknownHostKey } from './host-key.ts';

/**
 * Connects for a run. Without a pinned host key the one seen is pinned from now on, and the log says so; where it cannot
 * be pinned, nothing is done with the connection.
 */
export async function connectPinned(
  config: SftpConfig,
  context: ConnectorContext,
  options: ConnectOptions,
): Promise<{ connection: Connection; config: SftpConfig }> {
  const progress = noProgress();
  const connection = await connect(config, context, options, progress);
  const seen = progress.hostKey;
  if (config.host_key !== undefined || seen === undefined) return { connection, config };
  try {
    if (!context.pin) throw unknownHostKey(config, seen);
    await context.pin(seen);
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
  context.log.info({ host: config.host, host_key: seen }, 'first connection: the host key is pinned');
  return { connection, config: { ...config, host_key: seen } };
}
