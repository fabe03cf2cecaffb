import { availableParallelism } from 'node:os';
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
 * To take in a stored batch costs a thread the time of its core. Each reads every stream, as a member of its own of the
 * stream's group, so that one busy stream has the cores, too.
 */
const threadCount = Math.min(2, availableParallelism());

/**
 * The stream role: reads the streams of all connectors in threads of its own, which are started when there is the first
 * one. `announced` is told what its commits have made to record or analyse.
 */
export function startStreams(
  settings: ServiceSettings,
  services: Services,
  announced: (names: WorkNames[]) => void,
): Streams {
  const { database, log } = services;
  let threads: SupervisedThread[] = [];

  async function poll(): Promise<void> {
    if (threads.length > 0 || !(await hasStreams(database.pool, streamTypes))) return;
    threads = Array.from({ length: threadCount }, (_, index) => startThread(`stream-${index + 1}`));
  }

  function startThread(name: string): SupervisedThread {
    const url = new URL('./thread.js', import.meta.url);
    return superviseThread<Report>({
      ...{ name, url, workerData: settings, heapMb, semiSpaceMb, log },
      complaint: "a thread of the streams' ended by an error; it is started again",
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
      await Promise.all(threads.map((thread) => thread.stop()));
    },
  };
}
