import { AppError } from '../../shared/error.ts';

/**
 * Why a piece of work is told to stop. `cancelled`: a person asked for it, and the handler writes that end.
 * `lease_lost`: somebody else has the work, nothing may be written. `stopping`: this program ends, another goes on.
 */
export type AbortCause = 'cancelled' | 'lease_lost' | 'stopping';

const messages: Record<AbortCause, string> = {
  cancelled: 'Cancelled on request. What was stored until then stays.',
  lease_lost: 'Another worker has taken this work over, because this one was not heard of for too long.',
  stopping: 'The program was stopped. The work goes on where it was when the program runs again.',
};

/** The reason in an aborted signal that a handler was given. */
export class WorkAborted extends AppError {
  readonly abortCause: AbortCause;

  constructor(abortCause: AbortCause) {
    super(abortCause === 'cancelled' ? 'cancelled' : 'lease_lost', messages[abortCause]);
    this.abortCause = abortCause;
  }
}

/** Why the signal was aborted; undefined while it is not. */
export function abortCauseOf(signal: AbortSignal): AbortCause | undefined {
  return signal.reason instanceof WorkAborted ? signal.reason.abortCause : undefined;
}
