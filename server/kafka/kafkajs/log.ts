import type { LogEntry, logCreator } from 'kafkajs';
import type { InternalLogger } from 'kafkajs/src/cluster/index.js';
import type { Log } from '../../log.ts';

/** What kafkajs says is for whoever looks for a fault: all that matters reaches the caller as an error. */
export function publicLog(log: Log): logCreator {
  return () =>
    ({ namespace, label, log: { message, ...extra } }: LogEntry) =>
      log.debug({ kafkajs: namespace, label, error: extra.error }, message);
}

export function internalLog(log: Log, namespace = 'Cluster'): InternalLogger {
  const say = (message: string, extra?: object) =>
    log.debug({ kafkajs: namespace, error: (extra as { error?: unknown } | undefined)?.error }, message);
  return { namespace: (name) => internalLog(log, name), debug: ignore, info: say, warn: say, error: say };
}

/** Each request and each answer: too much even for that level. */
function ignore(): void {
  return;
}
