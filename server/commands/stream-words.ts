import { mostResultsCounted, type StreamState } from '../../shared/stream.ts';
import type { StreamView } from '../stream/view.ts';
import { counted } from '../words.ts';

const states: Record<StreamState, string> = {
  following: 'following: events are read as they come',
  starting: 'starting: connecting to the brokers, or waiting for partitions to read',
  failing: 'failing: tried again and again; nothing is lost, it goes on where it was',
  not_running: 'not running: no process with the role stream reads it (CQA_ROLES)',
  connector_disabled: 'not read: the connector is disabled',
  job_disabled: 'not read: its job is disabled',
};

/** How a stream stands, line by line. */
export function streamLines(stream: StreamView): string[] {
  const { state, readers, partitions, lag, events_per_second: rate, last_event_at, restarts, error, results } = stream;
  return [
    states[state],
    `partitions      ${partitions}, by ${counted(readers, 'reader')}`,
    `lag             ${lag === null ? 'not known while nobody reads a partition' : `${lag} events`}`,
    `rate            ${rate} events/s over the last 10 s`,
    `last event      ${last_event_at ?? 'none stored yet'}`,
    `results waiting ${results.waiting === mostResultsCounted ? `${mostResultsCounted} or more` : results.waiting}`,
    ...(restarts > 0 ? [`restarts        ${restarts}`] : []),
    ...(error ? [`error           ${error}`] : []),
    ...(results.error ? [`results' error  ${results.error}`] : []),
  ];
}

/** What `apply` says of a stream that it has just made or changed. */
export function streamRemark({ name, state }: Pick<StreamView, 'name' | 'state'>, accountUid: string): string {
  return `stream ${name}: ${states[state]}. See: cqa stream show --account ${accountUid} --name ${JSON.stringify(name)}`;
}
