import '../../../server/heap.ts';
import { Worker } from 'node:worker_threads';

// The product runs connectors in a thread with these limits.
const worker = new Worker(new URL('./thread.js', import.meta.url), {
  resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 },
});
process.on('message', (order) => worker.postMessage(order));
worker.on('message', (answer) => process.send?.(answer));
