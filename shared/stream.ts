/**
 * How a connector's stream stands, over all processes that read it: what they say themselves, `not_running` where none
 * reads it although it should be read, and two for what somebody disabled.
 */
export const streamStates = [
  'following',
  'starting',
  'failing',
  'not_running',
  'connector_disabled',
  'job_disabled',
] as const;
export type StreamState = (typeof streamStates)[number];

/** More results that wait to be sent back are not counted: the figure is for people. */
export const mostResultsCounted = 10_000;
