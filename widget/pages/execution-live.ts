import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { hasEnded } from '../../shared/execution.ts';
import type { Api } from '../api/client.ts';
import type { ExecutionProgress } from '../api/types.ts';

const reopenMs = 3000;

/**
 * How far an execution is, told by the server as it goes on. Open while the tab is seen; while there is no stream nothing
 * is known, and the page shows what it has read itself.
 */
export class LiveExecution implements ReactiveController {
  progress: ExecutionProgress | undefined;
  private readonly host: ReactiveControllerHost;
  private readonly onEnd: () => void;
  private followed: { api: Api; id: string } | undefined;
  private stream: { unsubscribe(): void } | undefined;
  private reopen: ReturnType<typeof setTimeout> | undefined;

  /** `onEnd` is called when the execution has ended. */
  constructor(host: ReactiveControllerHost, onEnd: () => void) {
    this.host = host;
    this.onEnd = onEnd;
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.look);
    this.look();
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.look);
    this.close();
  }

  /** Follows this execution from now on, and no other. */
  follow(api: Api, id: string): void {
    if (this.followed?.id === id) return;
    this.stop();
    this.followed = { api, id };
    this.look();
  }

  /** Forgets what was followed. */
  stop(): void {
    this.close();
    this.followed = undefined;
    this.progress = undefined;
  }

  private readonly look = (): void => {
    if (document.visibilityState === 'hidden') this.close();
    else if (this.followed && !this.stream) this.open(this.followed);
  };

  private open({ api, id }: { api: Api; id: string }): void {
    clearTimeout(this.reopen);
    this.stream = api.executions.progress.subscribe(
      { id },
      {
        onData: (progress) => this.tell(progress),
        onConnectionStateChange: ({ error }) => {
          if (error) this.tell(undefined);
        },
        onError: () => this.restart(),
        onComplete: () => this.close(),
      },
    );
  }

  private tell(progress: ExecutionProgress | undefined): void {
    this.progress = progress;
    this.host.requestUpdate();
    if (progress && hasEnded(progress.status)) this.onEnd();
  }

  /** A refused token ends the stream for good, so it is opened anew once there is another one. */
  private restart(): void {
    this.close();
    this.tell(undefined);
    this.reopen = setTimeout(this.look, reopenMs);
  }

  private close(): void {
    clearTimeout(this.reopen);
    const { stream } = this;
    this.stream = undefined;
    stream?.unsubscribe();
  }
}
