import { hasStreams } from '../../db/queries/stream-followed.ts';
import { streamTypes } from '../connectors/registry.ts';
import type { ServiceSettings, Services } from '../services.ts';
import type { WorkNames } from '../worker/announce/names.ts';
import { startRepeatedTask } from '../worker/repeated-task.ts';
import { type SupervisedThread, superviseThread } from '../worker/supervised-thread.ts';
import type { Report } from './thread.ts';

export interface Streams {
  /** Leaves the consumer groups after the batches under way. */
  stop(): Promise<void>;
}

const heapMb = 192;
/** A backlog's events live until their batch is stored: in less room they are copied again and again meanwhile. */
const semiSpaceMb = 16;
const pollMs = 1_000;

/**
 * The stream role: reads the streams of all connectors in a thread of its own, which is started when there is the first
 * one. `announced` is told what its commits have made to record or analyse.
 */
export function startStreams(
  settings: ServiceSettings,
  services: Services,
  announced: (names: WorkNames[]) => void,
): Streams {
  const { database, log } = services;
  let thread: SupervisedThread | undefined;

  async function poll(): Promise<void> {
    if (thread || !(await hasStreams(database.pool, streamTypes))) return;
    thread = superviseThread<Report>({
      ...{
        name: 'stream',
        url: new URL('./thread.js', import.meta.url),
        workerData: settings,
        heapMb,
        semiSpaceMb,
        log,
      },
      complaint: "the streams' thread ended by an error; it is started again",
      onReport(report) {
        if ('announced' in report) announced(report.announced);
        return 'began' in report;
      },
    });
  }

  const polling = startRepeatedTask(poll, {
    ...{ everyMs: pollMs, log, complaint: 'streams could not be looked for; tried again' },
  });
  return {
    async stop() {
      await polling.stop();
      await thread?.stop();
    },
  };
}
