/** How many mails an account gets. */
export interface MailLimits {
  /** Within the window; the last of them is a digest. */
  most: number;
  windowMs: number;
  /** How long is gathered for the last one. */
  gatherMs: number;
}

export const mailLimits: MailLimits = { most: 20, windowMs: 3_600_000, gatherMs: 5 * 60_000 };

export interface MailState {
  /** Mails within the window, and when the oldest of them no longer counts. */
  sent: number;
  freeInMs: number;
  /** Notices for the same addresses that wait, with this one; whether some were put off before. */
  oldestAgeMs: number;
  isAnyHeld: boolean;
}

/** What becomes of a notice that is due: a mail of its own, a digest of all that wait, or another look later. */
export type MailVerdict = 'single' | 'digest' | { delayMs: number };

/**
 * Mails go by themselves until one is left of the hour's. That one tells of all that came within five minutes; what comes
 * later waits until the hour has room, and goes as a digest then.
 */
export function mailVerdict(
  { sent, freeInMs, oldestAgeMs, isAnyHeld }: MailState,
  { most, gatherMs }: MailLimits,
): MailVerdict {
  if (sent >= most) return { delayMs: Math.max(freeInMs, shortestDelayMs) };
  if (sent < most - 1) return isAnyHeld ? 'digest' : 'single';
  return oldestAgeMs >= gatherMs ? 'digest' : { delayMs: Math.max(gatherMs - oldestAgeMs, shortestDelayMs) };
}

const shortestDelayMs = 20;
