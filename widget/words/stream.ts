import { mostResultsCounted, type StreamState } from '../../shared/stream.ts';
import { count, counted } from './numbers.ts';
import type { StatusWords } from './status.ts';

export const streamWords: Record<StreamState, StatusWords> = {
  following: { word: 'Following', meaning: 'Events are read as they come.', tone: 'good', shape: 'check' },
  starting: {
    word: 'Starting',
    meaning: 'Connecting to the brokers, or waiting for partitions to read.',
    tone: 'busy',
    shape: 'running',
  },
  failing: {
    word: 'Failing',
    meaning: 'It cannot be read now and is tried again and again. Nothing is lost: it goes on where it was.',
    tone: 'bad',
    shape: 'cross',
  },
  not_running: {
    word: 'Not running',
    meaning: 'No process with the role stream reads it. Whoever runs this installation can start one.',
    tone: 'bad',
    shape: 'stop',
  },
  connector_disabled: {
    word: 'Not read',
    meaning: 'The connector is disabled. Events wait in the topic, as long as the topic keeps them.',
    tone: 'idle',
    shape: 'pause',
  },
  job_disabled: {
    word: 'Not read',
    meaning: "The connector's job is disabled. Events wait in the topic, as long as the topic keeps them.",
    tone: 'idle',
    shape: 'pause',
  },
};

/** Why a stream is not read, in a sentence, where no process says it itself. */
export const unreadReasons: Partial<Record<StreamState, string>> = {
  not_running: 'No process with the role stream reads it.',
  connector_disabled: 'The connector is disabled, so nothing is read.',
  job_disabled: 'Its job is disabled, so nothing is read. Enable it on Jobs & Pipelines.',
};

/** `3 events behind`, `up to date`; not known while nobody reads a partition. */
export function lagInWords(lag: number | null): string {
  if (lag === null) return 'not known';
  return lag === 0 ? 'up to date' : `${counted(lag, 'event')} behind`;
}

const oneDecimal = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** `2.4 per second`, `1,250 per second`: more digits than a person can use are left out. */
export function rateInWords(eventsPerSecond: number): string {
  if (eventsPerSecond > 0 && eventsPerSecond < 0.1) return 'less than 0.1 per second';
  const figure = eventsPerSecond >= 100 ? count(Math.round(eventsPerSecond)) : oneDecimal.format(eventsPerSecond);
  return `${figure} per second`;
}

/** `12 results to send`, `all sent`. */
export function resultsInWords(waiting: number): string {
  if (waiting === 0) return 'all sent';
  const figure = waiting >= mostResultsCounted ? `at least ${counted(waiting, 'result')}` : counted(waiting, 'result');
  return `${figure} to send`;
}

/** The two of `topic/partition`; a topic may have any name that Kafka takes, but no slash. */
export function topicAndPartition(name: string): { topic: string; partition: string } {
  const at = name.lastIndexOf('/');
  return { topic: name.slice(0, Math.max(0, at)), partition: name.slice(at + 1) };
}
