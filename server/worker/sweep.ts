import type { Config } from '../config.ts';

/** Where nobody tells what was made elsewhere, also while that is so for a time alone. */
export const unannouncedMs = 1_000;
const announcedMs = 10_000;

/**
 * How often those without work look for some. Where new work is announced between machines they look for what was not
 * heard of, and for what is tried again, alone.
 */
export function sweepMsOf({ kafka }: Pick<Config, 'kafka'>): number {
  return kafka ? announcedMs : unannouncedMs;
}
