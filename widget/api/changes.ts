import type { Api } from './client.ts';
import { problemOf } from './problem.ts';
import type { Session } from './session.ts';

/** Something of the account changed: pages that show its topic read it again. */
export interface Change {
  topic: 'executions' | 'connectors' | 'jobs' | 'analyses' | 'webhooks' | 'alerts' | 'campaigns' | 'streams';
  id: string;
}

type Listener = (change: Change | undefined) => void;

const pollMs = 5000;
const reopenMs = 3000;

/**
 * One stream of changes for the whole tab, open while the tab is seen (a browser keeps six connections per host on
 * HTTP/1.1, and a hidden tab must not hold one). While there is no stream, listeners are called every few seconds.
 */
export class Changes {
  private readonly api: Api;
  private readonly session: Session;
  private readonly listeners = new Map<Listener, ReadonlySet<Change['topic']>>();
  private stream: { unsubscribe(): void } | undefined;
  private poll: ReturnType<typeof setInterval> | undefined;
  private reopen: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, session: Session) {
    this.api = api;
    this.session = session;
  }

  start(): void {
    document.addEventListener('visibilitychange', this.look);
    this.look();
  }

  stop(): void {
    document.removeEventListener('visibilitychange', this.look);
    this.close();
    clearInterval(this.poll);
    this.poll = undefined;
  }

  /** Calls back for changes of these topics; with undefined when changes may have been missed. */
  listen(topics: readonly Change['topic'][], listener: Listener): () => void {
    this.listeners.set(listener, new Set(topics));
    return () => this.listeners.delete(listener);
  }

  /** Tells listeners at once what this tab itself has just changed; the stream tells it to the others. */
  announce(topic: Change['topic'], id: string): void {
    this.tell({ topic, id });
  }

  private readonly look = (): void => {
    if (document.visibilityState === 'hidden') {
      this.close();
      this.stopPolling();
    } else if (!this.stream) this.open();
  };

  private open(): void {
    clearTimeout(this.reopen);
    const { token } = this.session;
    this.stream = this.api.changes.watch.subscribe(undefined, {
      onConnectionStateChange: ({ state, error }) => {
        if (state === 'pending') this.stopPolling();
        else if (error) this.startPolling();
      },
      onData: ({ topic, id }) => {
        // What changed while there was no stream was told to nobody here.
        if (topic === 'everything') this.tellAll();
        else this.tell({ topic, id });
      },
      onError: (error) => {
        if (problemOf(error).code === 'unauthorized') this.replaceToken(token);
        this.restart();
      },
      onComplete: () => this.restart(),
    });
  }

  /** A page that asks for nothing by itself has no other request that would find the token dead. */
  private replaceToken(dead: string | undefined): void {
    this.session.replace(dead).catch(() => undefined);
  }

  /** A refused token ends the stream for good, so it is opened anew once there is another one. */
  private restart(): void {
    this.close();
    this.startPolling();
    this.reopen = setTimeout(() => {
      if (document.visibilityState === 'hidden') return;
      if (this.session.state === 'signed-in') this.open();
      else this.restart();
    }, reopenMs);
  }

  private close(): void {
    clearTimeout(this.reopen);
    const { stream } = this;
    this.stream = undefined;
    stream?.unsubscribe();
  }

  private startPolling(): void {
    this.poll ??= setInterval(() => {
      // While somebody signs in again, questions would only queue up.
      if (this.session.state === 'signed-in') this.tellAll();
    }, pollMs);
  }

  private stopPolling(): void {
    clearInterval(this.poll);
    this.poll = undefined;
  }

  private tell(change: Change): void {
    for (const [listener, topics] of this.listeners) if (topics.has(change.topic)) listener(change);
  }

  private tellAll(): void {
    for (const listener of this.listeners.keys()) listener(undefined);
  }
}
