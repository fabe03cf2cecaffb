import { type Problem, problemOf, ShownError } from './problem.ts';

/** What a server's grant says: the token stays in memory, its life is counted by a clock that nobody can set. */
export interface Grant {
  token: string;
  expires_in_ms: number;
  /** Whose it is, where nobody was asked: all tabs of a browser share the cookie, and a host may have another user by now. */
  user_id?: string;
}

/** Where the next token comes from without asking the person: the cookie at our own address, the host in a frame. */
export type Renewal = () => Promise<Grant | undefined>;

/**
 *     starting ▶ signed-in ⇄ ended        (`ended`: the page stays, and whoever it is signs in again in place)
 *         └────▶ signed-out ▶ signed-in
 */
export type SessionState = 'starting' | 'signed-out' | 'signed-in' | 'ended';

/** A request that has found the token dead. */
interface Waiting {
  goOn(): void;
  giveUp(error: Error): void;
}

const renewBeforeMs = 60_000;
/** Where no token came, or one that ends as soon as the last, the next try waits: nobody asks a host's backend all night. */
const renewAgainMs = 15_000;
/** setTimeout takes 31 bits; beyond that it fires at once. */
const longestTimerMs = 2_147_483_647;

/**
 * Holds the bearer token. Renewing is single flight: however many requests find the token dead at once, the next one is
 * asked for once and all of them go on with it.
 */
export class Session {
  private current: Grant | undefined;
  private endsAtMs = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private renewing: Promise<boolean> | undefined;
  private waiting: Waiting[] = [];
  private readonly atItsEnd = new Set<() => void>();
  /** How often somebody has signed out: a token that was asked for before is nobody's. */
  private signOuts = 0;
  private readonly renewal: Renewal;
  private readonly onState: (state: SessionState) => void;
  state: SessionState = 'starting';
  /** Whom the page has been drawn for. */
  userId: string | undefined;
  /** Why no token came by itself, where something failed on the way. */
  problem: Problem | undefined;

  constructor(renewal: Renewal, onState: (state: SessionState) => void) {
    this.renewal = renewal;
    this.onState = onState;
  }

  /** Tries to get in without asking anybody. Rejects when the way there is broken (no network, no host). */
  async start(): Promise<void> {
    document.addEventListener('visibilitychange', this.wake);
    if (!(await this.renew())) this.move('signed-out');
  }

  stop(): void {
    document.removeEventListener('visibilitychange', this.wake);
    clearTimeout(this.timer);
  }

  accept(grant: Grant): void {
    this.current = grant;
    this.endsAtMs = performance.now() + grant.expires_in_ms;
    this.schedule();
    this.move('signed-in');
    for (const { goOn } of this.waiting.splice(0)) goOn();
  }

  /** After signing out: the token is forgotten, and no request waits for another. */
  forget(): void {
    this.current = undefined;
    this.signOuts += 1;
    clearTimeout(this.timer);
    this.move('signed-out');
    for (const { giveUp } of this.waiting.splice(0)) giveUp(signedOut());
    for (const end of this.atItsEnd) end();
    this.atItsEnd.clear();
  }

  /** What goes on besides the pages ends when somebody signs out: `end` is called then. Answers how to take that back. */
  atSignOut(end: () => void): () => void {
    this.atItsEnd.add(end);
    return () => this.atItsEnd.delete(end);
  }

  /** As it is now, for what cannot go by fetch(): uploads that tell their progress. After a 401, replace() it. */
  get token(): string | undefined {
    return this.current?.token;
  }

  /**
   * The request with the token; on 401 once more with a new one, however long it takes to get it. Never in another's name:
   * whoever signs out meanwhile gets the refusal.
   */
  async fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const { signOuts } = this;
    const token = this.current?.token;
    const answer = await this.send(input, init);
    if (answer.status !== 401 || this.state === 'signed-out' || this.signOuts !== signOuts) return answer;
    await this.replace(token);
    return this.send(input, init);
  }

  /** The request with the token that is there now. A stream that is refused ends and is opened again by its owner. */
  fetchOnce(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    return this.send(input, init);
  }

  /** Resolves once the token is another than the dead one. Rejects after signing out: the next may be somebody else's. */
  async replace(dead: string | undefined = this.current?.token): Promise<void> {
    if (this.current && this.current.token !== dead) return;
    if (this.state === 'signed-out') throw signedOut();
    const { signOuts } = this;
    const isRenewed = await this.isRenewed();
    if (this.signOuts !== signOuts) throw signedOut();
    if (isRenewed) return;
    this.move('ended');
    await new Promise<void>((goOn, giveUp) => this.waiting.push({ goOn, giveUp }));
  }

  private send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const headers = new Headers(init?.headers);
    if (this.current) headers.set('authorization', `Bearer ${this.current.token}`);
    return window.fetch(input, { ...init, headers, credentials: 'omit', cache: 'no-store' });
  }

  /** The person can sign in again whatever failed, so the failure is kept to be shown beside that. */
  private async isRenewed(): Promise<boolean> {
    try {
      return await this.renew();
    } catch (error) {
      this.problem = problemOf(error);
      return false;
    }
  }

  private renew(): Promise<boolean> {
    this.renewing ??= this.renewOnce().finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  private async renewOnce(): Promise<boolean> {
    this.problem = undefined;
    const { signOuts } = this;
    const grant = await this.renewal();
    if (this.signOuts !== signOuts) return false;
    if (grant && this.isAnothers(grant)) return this.beginAgain();
    if (grant) this.accept(grant);
    return grant !== undefined;
  }

  private isAnothers({ user_id: userId }: Grant): boolean {
    return userId !== undefined && this.userId !== undefined && userId !== this.userId;
  }

  /** Somebody else signed in in another tab: nothing of this page goes on in his name. */
  private beginAgain(): Promise<never> {
    window.location.reload();
    return new Promise(() => undefined);
  }

  private schedule(): void {
    clearTimeout(this.timer);
    const untilMs = this.endsAtMs - renewBeforeMs - performance.now();
    this.timer = setTimeout(this.wake, Math.min(Math.max(untilMs, renewAgainMs), longestTimerMs));
  }

  /** Timers stand still while a machine sleeps, so coming back to the page looks at the clock too. */
  private readonly wake = (): void => {
    if (document.visibilityState === 'hidden' || this.state !== 'signed-in') return;
    if (performance.now() < this.endsAtMs - renewBeforeMs) return;
    // Without an answer the token in hand is used until the server refuses it; that refusal then asks again.
    this.renew().catch(() => this.schedule());
  };

  private move(state: SessionState): void {
    if (this.state === state) return;
    this.state = state;
    this.onState(state);
  }
}

function signedOut(): ShownError {
  return new ShownError('You have signed out. Sign in again, then do it once more.');
}
