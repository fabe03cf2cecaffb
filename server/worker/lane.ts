import type { WorkKind } from '../../db/queries/work.ts';
import type { ServiceSettings, Services } from '../services.ts';
import type { WorkHandler } from './handler.ts';

/**
 * A worker thread and what it serves. Long runs have a thread of their own, so that a million rows do not keep a
 * recording waiting.
 */
export interface Lane {
  name: string;
  kinds: WorkKind[];
  /** The module, as a file URL, that exports `openHandlers`; loaded in the thread alone. */
  handlers: string;
  /** The thread's heap. Beyond it the thread ends, and the work that it held counts as failed. */
  heapMb: number;
  /** Room for new objects; where it is not said, that of every thread (heap.ts). */
  semiSpaceMb?: number;
  /** See LoopSettings. */
  claimAhead: number;
  /** Without work for so long, the thread ends. */
  idleMs: number;
}

/** What a lane's module exports under the name `openHandlers`. */
export type OpenHandlers = (services: Services, settings: ServiceSettings) => WorkHandler[];
