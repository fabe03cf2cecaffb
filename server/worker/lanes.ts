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
  /** See LoopSettings. */
  claimAhead: number;
  /** Without work for so long, the thread ends. */
  idleMs: number;
}

/** What a lane's module exports under the name `openHandlers`. */
export type OpenHandlers = (services: Services, settings: ServiceSettings) => WorkHandler[];

const shared = { heapMb: 96, idleMs: 10_000 };

export const lanes: Lane[] = [
  { ...shared, name: 'runner', kinds: ['execute', 'ingest'], handlers: moduleUrl('./lanes/runner.js'), claimAhead: 0 },
  {
    ...shared,
    name: 'media',
    kinds: ['record', 'analyse', 'upload', 'manual_import'],
    handlers: moduleUrl('./lanes/media.js'),
    claimAhead: 8,
  },
  {
    ...shared,
    name: 'webhooks',
    kinds: ['webhook'],
    handlers: moduleUrl('./lanes/webhooks.js'),
    claimAhead: 0,
    // Longer than the wait for another attempt.
    idleMs: 60_000,
  },
  {
    ...shared,
    name: 'feedback',
    kinds: ['feedback'],
    handlers: moduleUrl('./lanes/feedback.js'),
    claimAhead: 0,
    // Longer than a topic is left alone that cannot be written to.
    idleMs: 60_000,
  },
];

function moduleUrl(path: string): string {
  return new URL(path, import.meta.url).href;
}
