import { listenForWork } from '../../../db/queries/work.ts';
import type { Services } from '../../services.ts';
import { NameCollector, type WorkNames } from './names.ts';
import { openWorkTopic, type TakeNames } from './topic.ts';

/** Who does work in this program. */
export interface LocalWorkers {
  /** Work of these kinds was made here: look for it. */
  wakeFor(names: readonly WorkNames[]): void;
  /** Take these, if there is room for them. */
  take: TakeNames;
}

/** Tells those who do work what was made, here and on other machines. Losing all of it costs time, never work. */
export interface Announcements {
  /** What a thread of this program has made; the main thread's own commits are heard of by themselves. */
  tell(names: readonly WorkNames[]): void;
  serve(workers: LocalWorkers): void;
  /** Whether this program is told of what is made elsewhere: else it has to look for it itself. */
  isReceiving(): boolean;
  stop(): Promise<void>;
}

export interface AnnouncementOptions {
  /** The topic's name. */
  topic?: string;
}

/** One per program, in its main thread. Between machines it speaks over Kafka where there is one. */
export function openAnnouncements(
  { config, database, log }: Pick<Services, 'config' | 'database' | 'log'>,
  options: AnnouncementOptions = {},
): Announcements {
  const topic = config.kafka && openWorkTopic({ address: config.kafka, log, ...options });
  let workers: LocalWorkers | undefined;
  const tell = (names: readonly WorkNames[]) => {
    workers?.wakeFor(names);
    topic?.send(names);
  };
  const collector = new NameCollector(tell);
  listenForWork(database.pool, (made) => collector.add(made));
  return {
    tell,
    serve(local) {
      workers = local;
      topic?.follow(local.take);
    },
    isReceiving: () => topic?.isReceiving() ?? false,
    async stop() {
      await topic?.stop();
    },
  };
}
