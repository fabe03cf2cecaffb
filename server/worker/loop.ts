import type { Pool } from 'mysql2/promise';
import { claimWork, type Work } from '../../db/queries/work.ts';
import { lastFailures, releaseClaims } from '../../db/queries/workers.ts';
import type { Log } from '../log.ts';
import { type Held, perform } from './attempt.ts';
import type { WorkHandler } from './handler.ts';
import type { Leases } from './leases.ts';
import { Pause } from './pause.ts';

/**
 *     due ─claim─▶ held ─run─▶ settled by the handler
 *                   │  └─throws─▶ due later (retry) | settled by giveUp
 *                   ├─lease lost─▶ somebody else's; nothing is written
 *                   └─stopping───▶ due at once, the attempt not counted
 */
export interface Loop {
  /** There may be something to do: look now. */
  wake(): void;
  /** These were made just now: claim them, if there is room for all; otherwise look for what there is. */
  take(subjects: readonly Buffer[]): void;
  held(): HeldWork;
  /** Nothing held, and nothing was due at the last look. */
  isIdle(): boolean;
  /** Claims no more. What is held goes on. */
  quiesce(): void;
  /** Resolves when nothing is held any more. */
  drained(): Promise<void>;
}

/** Being worked on, and claimed but not yet begun. */
export interface HeldWork {
  running: Work[];
  waiting: Work[];
}

export interface LoopSettings {
  pool: Pool;
  log: Log;
  leaseSeconds: number;
  leases: Leases;
  /** Pieces claimed beyond those being worked on, so that short ones need not wait for the next claim. */
  claimAhead?: number;
  /** How long to wait before looking again when nothing was due. */
  pollMs?: number;
  /** Told of every change of what is held. */
  onChange?: () => void;
}

export function startLoop(handler: WorkHandler, settings: LoopSettings): Loop {
  return new WorkLoop(handler, settings);
}

class WorkLoop implements Loop {
  readonly #handler: WorkHandler;
  readonly #settings: LoopSettings;
  readonly #pollMs: number;
  readonly #waiting: Held[] = [];
  readonly #running = new Map<Held, Promise<void>>();
  readonly #pause: Pause;
  readonly #serving: Promise<void>;
  #isQuiet = false;
  #sawNothing = false;
  /** What was announced since the last look. */
  #named: Buffer[] = [];
  #isSweepWanted = true;
  #sweptAtMs = 0;

  constructor(handler: WorkHandler, settings: LoopSettings) {
    this.#handler = handler;
    this.#settings = settings;
    this.#pollMs = settings.pollMs ?? 1_000;
    this.#pause = new Pause(this.#pollMs);
    this.#serving = this.#serve();
  }

  wake(): void {
    this.#isSweepWanted = true;
    this.#pause.end();
  }

  take(subjects: readonly Buffer[]): void {
    // What does not fit is not kept: whatever is due longest is taken when there is room.
    if (subjects.length > this.#room() - this.#named.length) this.#isSweepWanted = true;
    else this.#named.push(...subjects);
    this.#pause.end();
  }

  held(): HeldWork {
    return { running: [...this.#running.keys()].map(workOf), waiting: this.#waiting.map(workOf) };
  }

  isIdle(): boolean {
    return this.#sawNothing && this.#running.size + this.#waiting.length === 0;
  }

  quiesce(): void {
    this.#isQuiet = true;
    this.#pause.end();
  }

  async drained(): Promise<void> {
    await this.#serving;
    await Promise.all(this.#running.values());
  }

  async #serve(): Promise<void> {
    while (!this.#isQuiet) {
      try {
        await this.#look();
      } catch (error) {
        this.#sawNothing = true;
        this.#settings.log.warn({ err: error, kind: this.#handler.kind }, 'no work could be claimed; tried again');
      }
      if (!this.#isQuiet) await this.#pause.wait();
    }
    await this.#giveBack();
  }

  async #look(): Promise<void> {
    const named = this.#named.splice(0);
    const room = this.#room();
    // With work claimed ahead there is time to wait for room for a whole batch.
    if (room <= this.#claimAhead / 2) return;
    // Announcements that come all the time must not keep it from finding what was never announced.
    const isSweep = this.#isSweepWanted || named.length === 0 || performance.now() - this.#sweptAtMs >= this.#pollMs;
    try {
      await (isSweep ? this.#sweep(room) : this.#claim(room, named));
    } finally {
      // What is claimed is begun, even if the look failed after that: else it would take all room and never end.
      this.#begin();
    }
  }

  get #claimAhead(): number {
    return this.#handler.claimAhead ?? this.#settings.claimAhead ?? 0;
  }

  #room(): number {
    return this.#handler.concurrency + this.#claimAhead - this.#running.size - this.#waiting.length;
  }

  async #sweep(room: number): Promise<void> {
    this.#isSweepWanted = false;
    this.#sweptAtMs = performance.now();
    this.#sawNothing = (await this.#claim(room)) < room;
  }

  /** How many pieces it got. */
  async #claim(limit: number, subjects?: readonly Buffer[]): Promise<number> {
    const { pool, leaseSeconds, leases } = this.#settings;
    const claimedAtMs = performance.now();
    const claimed = await claimWork(pool, this.#handler.kind, { limit, leaseSeconds, subjects });
    const repeated = claimed.filter(({ attempts }) => attempts > 1).map(({ id }) => id);
    for (const work of claimed)
      this.#waiting.push({ work, signal: leases.hold(work, claimedAtMs), lastFailure: undefined });
    if (repeated.length === 0) return claimed.length;
    const failures = await lastFailures(pool, repeated);
    for (const held of this.#waiting) held.lastFailure ??= failures.get(held.work.id);
    return claimed.length;
  }

  #begin(): void {
    while (this.#running.size < this.#handler.concurrency) {
      const held = this.#waiting.shift();
      if (!held) return;
      this.#running.set(
        held,
        perform(this.#handler, held, this.#settings).finally(() => this.#end(held)),
      );
      this.#settings.onChange?.();
    }
  }

  #end(held: Held): void {
    this.#running.delete(held);
    this.#settings.leases.drop(held.work);
    this.#begin();
    this.#settings.onChange?.();
    this.wake();
  }

  async #giveBack(): Promise<void> {
    const unbegun = this.#waiting.splice(0).map(workOf);
    for (const work of unbegun) this.#settings.leases.drop(work);
    await releaseClaims(this.#settings.pool, unbegun);
    this.#settings.onChange?.();
  }
}

function workOf({ work }: Held): Work {
  return work;
}
