import { pino } from 'pino';

/** Logs are JSON lines on standard error, so that standard output stays for answers. Secrets never get here. */
export type Log = Pick<ReturnType<typeof pino>, 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'child'>;

export function openLog(level: string, name = 'cqa'): Log {
  return pino(
    {
      name,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['*.password', '*.secret', '*.secret_key', '*.authorization'],
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
