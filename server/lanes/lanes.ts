import type { Lane } from '../worker/lane.ts';

const shared = { heapMb: 96, idleMs: 10_000 };

/** The program's lanes. */
export const lanes: Lane[] = [
  {
    ...shared,
    name: 'runner',
    kinds: ['execute', 'ingest'],
    handlers: moduleUrl('./runner.js'),
    claimAhead: 0,
    // With less room the rows of a page outlive what is collected: a quarter of a report’s time went there.
    semiSpaceMb: 4,
  },
  {
    ...shared,
    name: 'media',
    kinds: ['record', 'analyse', 'upload', 'manual_import'],
    handlers: moduleUrl('./media.js'),
    claimAhead: 8,
  },
  {
    ...shared,
    name: 'webhooks',
    kinds: ['webhook'],
    handlers: moduleUrl('./webhooks.js'),
    claimAhead: 0,
    // Longer than the wait for another attempt.
    idleMs: 60_000,
  },
  {
    ...shared,
    name: 'feedback',
    kinds: ['feedback'],
    handlers: moduleUrl('./feedback.js'),
    claimAhead: 0,
    // Longer than a topic is left alone that cannot be written to.
    idleMs: 60_000,
  },
  {
    ...shared,
    name: 'notices',
    kinds: ['notify'],
    handlers: moduleUrl('./notices.js'),
    claimAhead: 0,
  },
  {
    ...shared,
    name: 'index',
    kinds: ['index'],
    handlers: moduleUrl('./metadata-index.js'),
    claimAhead: 0,
  },
];

function moduleUrl(path: string): string {
  return new URL(path, import.meta.url).href;
}
