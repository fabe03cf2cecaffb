import type { ChangeMark } from '../../../db/queries/console-changes.ts';
import type { Services } from '../../services.ts';
import { type Listener, openListener } from './listener.ts';
import { openMarks } from './marks.ts';

/** `everything` begins a stream: from here on each change is told, and what was read earlier may be old. */
export type ChangeTopic = ChangeMark['topic'] | 'everything';

/** Topics that everybody may follow; the others are the console's. */
export const openTopics: readonly ChangeTopic[] = ['everything', 'analyses', 'campaigns'];

/** That something is no longer as it was; the page asks what it is now. */
export interface Change {
  topic: ChangeTopic;
  /** The execution's id, the connector's or job's uid; `list` for those that are told of as a whole. */
  id: string;
  /** Differs each time the thing differs. */
  version: string;
  /** Of an execution that somebody asked for on the Analysis List: that user. */
  requestedBy?: number | undefined;
}

/** What changes in accounts, for everybody in this process who follows them. */
export interface ChangeFeed {
  /**
   * First that the stream has begun, then the account's changes since, until the signal aborts, the feed is closed, or
   * `stillAllowed` throws.
   */
  follow(accountId: number, options: FollowOptions): AsyncGenerator<Change>;
  /** Ends the looking and every stream. */
  close(): void;
}

export interface FollowOptions {
  signal: AbortSignal | undefined;
  /** Asked now and then while the stream is open. */
  stillAllowed: () => Promise<void>;
}

const pollMs = 1000;
const allowedCheckMs = 15_000;

const begun: Change = { topic: 'everything', id: '', version: '' };

/**
 * One look a second at the database serves everybody in this process who follows; with nobody there is none. The
 * database is the meeting place of all processes, so no message between them can be lost.
 */
export function openChangeFeed(services: Services): ChangeFeed {
  const listeners = new Map<Listener, number>();
  /** Those whom the next look is the first for. */
  const joining = new Set<Listener>();
  const marks = openMarks(services.database.pool);
  let timer: NodeJS.Timeout | undefined;
  const closing = new AbortController();
  let isLooking = false;

  async function look(): Promise<void> {
    isLooking = true;
    const joined = [...joining];
    try {
      for (const { accountId, ...change } of await marks.changed(new Set(listeners.values())))
        for (const [listener, follows] of listeners) if (follows === accountId) listener.tell(change);
      for (const listener of joined) if (joining.delete(listener)) listener.tell(begun);
    } catch (error) {
      services.log.warn({ err: error }, 'changes could not be read; trying again');
    }
    isLooking = false;
    timer = listeners.size > 0 && !closing.signal.aborted ? setTimeout(look, pollMs) : undefined;
  }

  function lookNow(): void {
    if (isLooking || closing.signal.aborted) return;
    clearTimeout(timer);
    void look();
  }

  return {
    async *follow(accountId, { signal, stillAllowed }) {
      const listener = openListener();
      listeners.set(listener, accountId);
      joining.add(listener);
      lookNow();
      const ending = AbortSignal.any([closing.signal, ...(signal ? [signal] : [])]);
      try {
        while (!ending.aborted) {
          await stillAllowed();
          yield* listener.take({ signal: ending, timeoutMs: allowedCheckMs });
        }
      } finally {
        listeners.delete(listener);
        joining.delete(listener);
      }
    },
    close() {
      closing.abort();
      clearTimeout(timer);
    },
  };
}
