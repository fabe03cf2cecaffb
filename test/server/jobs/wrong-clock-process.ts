import type { ServiceSettings } from '../../../server/services.ts';

/**
 * A program on a machine whose clock is wrong: the scheduler runs with a Date that is off by so many milliseconds.
 * Arguments: the settings as JSON, the milliseconds.
 */
const [settings = '', shift = ''] = process.argv.slice(2);
const shiftMs = Number(shift);
const RightDate = Date;

globalThis.Date = class extends RightDate {
  constructor(...values: [] | ConstructorParameters<DateConstructor>) {
    if (values.length === 0) super(RightDate.now() + shiftMs);
    else super(...values);
  }
  static override now(): number {
    return RightDate.now() + shiftMs;
  }
} as DateConstructor;

// Only now, so that whatever the program loads has the wrong clock.
const { openServices } = await import('../../../server/services.ts');
const { startScheduler } = await import('../../../server/jobs/scheduler.ts');
startScheduler(await openServices(JSON.parse(settings) as ServiceSettings), { sweepMs: 200 });
process.on('disconnect', () => process.exit(0));
process.send?.('started');
