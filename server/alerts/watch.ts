import type { Services } from '../services.ts';
import { startRepeatedTask } from '../worker/repeated-task.ts';
import { watchExpectedData } from './expected-data.ts';
import { watchExpectedFiles } from './expected-files.ts';
import { watchStreams } from './streams.ts';

/** A file that does not come, data that stay away, and a stream that is not read, is told within about a minute. */
const everyMs = 30_000;

/** Looks again and again for what does not come. Any number of programs may do so. */
export function startWatch(services: Services, clock: () => Promise<Date>): { stop(): Promise<void> } {
  const { log } = services;
  const files = startRepeatedTask(async () => watchExpectedFiles(services, await clock()), {
    ...{ everyMs, log, complaint: 'expected files could not be looked for; tried again' },
  });
  const data = startRepeatedTask(async () => watchExpectedData(services, await clock()), {
    ...{ everyMs, log, complaint: 'expected data could not be looked for; tried again' },
  });
  const streams = startRepeatedTask(() => watchStreams(services), {
    ...{ everyMs, log, complaint: 'streams could not be looked at; tried again' },
  });
  return {
    async stop() {
      await Promise.all([files.stop(), data.stop(), streams.stop()]);
    },
  };
}
