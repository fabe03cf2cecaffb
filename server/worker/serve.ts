import { releaseClaims } from '../../db/queries/workers.ts';
import type { Services } from '../services.ts';
import { endsWithin } from '../wait.ts';
import type { WorkNames } from './announce/names.ts';
import type { WorkHandler } from './handler.ts';
import { openLeases } from './leases.ts';
import { type HeldWork, startLoop } from './loop.ts';

/** Handlers at work in this thread, under one set of leases. */
export interface Serving {
  wake(): void;
  /** Claims these, as far as there is room. */
  take(names: WorkNames): void;
  held(): HeldWork;
  isIdle(): boolean;
  /**
   * Claims no more, lets what is held end, aborts it after `finishMs`, and gives back after `abortMs` more what still
   * has not ended. Then closes the handlers.
   */
  stop(timeouts?: { finishMs?: number; abortMs?: number }): Promise<void>;
}

export interface ServeSettings {
  claimAhead?: number;
  pollMs?: number;
  /** Told of every change of what is held: many times where many pieces begin or end together. */
  onChange?: () => void;
}

export function serve(
  { config, database, log }: Services,
  handlers: WorkHandler[],
  settings: ServeSettings = {},
): Serving {
  const { pool } = database;
  const { claimAhead, pollMs, onChange } = settings;
  const leases = openLeases({ pool, leaseSeconds: config.leaseSeconds, log });
  const loops = handlers.map((handler) =>
    startLoop(handler, {
      ...{ pool, log, leases, leaseSeconds: config.leaseSeconds },
      ...(claimAhead !== undefined && { claimAhead: Math.min(claimAhead, handler.concurrency) }),
      ...(pollMs !== undefined && { pollMs }),
      ...(onChange && { onChange }),
    }),
  );

  return {
    wake() {
      for (const loop of loops) loop.wake();
    },
    take({ kind, subjects }) {
      for (const [index, handler] of handlers.entries())
        if (handler.kind === kind) loops[index]?.take(subjects.map((subject) => Buffer.from(subject, 'hex')));
    },
    held: () => sumOf(loops.map((loop) => loop.held())),
    isIdle: () => loops.every((loop) => loop.isIdle()),
    async stop({ finishMs = 2_000, abortMs = 3_000 } = {}) {
      for (const loop of loops) loop.quiesce();
      const drained = Promise.all(loops.map((loop) => loop.drained()));
      if (!(await endsWithin(drained, finishMs))) {
        leases.abort('stopping');
        await endsWithin(drained, abortMs);
      }
      await leases.close();
      await releaseClaims(pool, leases.held());
      for (const handler of handlers) await handler[Symbol.asyncDispose]();
    },
  };
}

function sumOf(parts: HeldWork[]): HeldWork {
  return { running: parts.flatMap(({ running }) => running), waiting: parts.flatMap(({ waiting }) => waiting) };
}
