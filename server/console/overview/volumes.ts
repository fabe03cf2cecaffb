import type { Services } from '../../services.ts';
import { adminOfConsole } from '../trpc.ts';
import type { DaysOf } from './calendar.ts';
import { readDays } from './days.ts';

/** What came on each of the last 14 days of the account's calendar, today last. */
export interface VolumesView {
  days: {
    /** YYYY-MM-DD in the account's zone. */
    date: string;
    /** Null while the day is being counted. */
    volumes: { imported: number; analysed: number; rejected: number } | null;
  }[];
  /** Not all of it is counted yet: ask again. */
  is_counting: boolean;
}

export const volumes = adminOfConsole.query(({ ctx }): Promise<VolumesView> => {
  const { accountId, account } = ctx.session;
  return readVolumes(ctx.services, { accountId, timezone: account.timezone }, new Date());
});

export async function readVolumes(services: Services, of: DaysOf, now: Date): Promise<VolumesView> {
  const { days, isCounting } = await readDays(services, of, now, 'volumes');
  return {
    days: days.map(({ date, volumes: counted }) => ({ date, volumes: counted ?? null })),
    is_counting: isCounting,
  };
}
