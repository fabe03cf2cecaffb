export const logLevels = ['info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A line of what a run says of itself, as it is shown: `{at: "2026-11-21T02:30:01.250Z", level: "info", message: "…"}`. */
export interface LogLineShown {
  at: string;
  level: LogLevel;
  message: string;
}

/** A log as plain text, a line each: `2026-11-21T02:30:01.250Z warn  calls.csv …`. */
export function logText(lines: readonly LogLineShown[]): string {
  return lines.map(({ at, level, message }) => `${at} ${level.padEnd('error'.length)} ${message}\n`).join('');
}
