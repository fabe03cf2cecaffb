import type { DaySlice, SliceSettings } from '../calls/day-slices.ts';
import { WallClock } from '../calls/wall-clock.ts';

interface Facts {
  settings: SliceSettings;
  /** Calls are chosen by counting those of the whole day. */
  needsWholeDay: boolean;
  now: Date;
  /** Until when data with participant attributes is complete, where that is waited for. */
  complete: Date | undefined;
}

/** Why a day cannot be read yet, in words for whoever looks at the execution; undefined where it can. */
export function waitingReason(
  { end }: DaySlice,
  { settings, needsWholeDay, now, complete }: Facts,
): string | undefined {
  const clock = new WallClock(settings.timezone);
  const settledAt = new Date(end.getTime() + settings.settleHours * 3_600_000);
  if (needsWholeDay && now < settledAt)
    return `Quotas choose among all calls of a day: it is read once it is settled, from ${clock.textOf(settledAt)} (${settings.timezone}) on.`;
  if (complete !== undefined && (complete < end || now < settledAt))
    return `Participant attributes come later: Genesys has them until ${clock.textOf(complete)} (${settings.timezone}) so far, and the day is settled from ${clock.textOf(settledAt)} on.`;
  return undefined;
}
