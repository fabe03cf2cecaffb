import { Worker } from 'node:worker_threads';
import { chunkBytes } from './sealed.ts';
import { SealedFile } from './sealed-file.ts';
import type { Reply, WriterInput } from './writer-order.ts';

/** Chunks under way in all files together: 6 MB. */
const slotCount = 32;
const idleMs = 5000;
const heap = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 8 };

/** A thread with what it shares. */
interface Running {
  worker: Worker;
  memory: SharedArrayBuffer;
  free: number[];
  waiting: ((slot: number) => void)[];
  files: Map<number, SealedFile>;
}

/**
 * Hashes, seals and writes files in a thread of its own. Beside the work itself it is the memory that ciphers give out:
 * in the thread that downloads, 300 MB of it made the garbage collector search that thread's large heap twenty times;
 * here the heap is small. The thread starts with the first file and ends some seconds after the last.
 */
export class SealedWriter {
  #running: Running | undefined;
  #nextId = 1;
  #idle: NodeJS.Timeout | undefined;

  begin(paths: { temporary: string; path: string }, storageKey: Buffer): SealedFile {
    clearTimeout(this.#idle);
    this.#running ??= this.#start();
    const running = this.#running;
    running.worker.ref();
    const id = this.#nextId++;
    const file = new SealedFile(
      id,
      { ...paths, storageKey },
      {
        takeSlot: () => takeSlot(running),
        giveSlot: (slot) => giveSlot(running, slot),
        memoryOf: (slot) => new Uint8Array(running.memory, slot * chunkBytes, chunkBytes),
        post: (order) => running.worker.postMessage(order),
        ended: () => this.#ended(running, id),
      },
    );
    running.files.set(id, file);
    return file;
  }

  #start(): Running {
    const memory = new SharedArrayBuffer(slotCount * chunkBytes);
    const input: WriterInput = { memory };
    const worker = new Worker(new URL('./writer-thread.js', import.meta.url), {
      workerData: input,
      resourceLimits: heap,
      execArgv: [],
    });
    const free = Array.from({ length: slotCount }, (_, slot) => slot);
    const running: Running = { worker, memory, free, waiting: [], files: new Map() };
    worker.on('message', (reply: Reply) => hear(running, reply));
    worker.on('error', (error) => this.#died(running, error));
    worker.on('exit', () => this.#died(running, new Error('the thread that writes files has ended')));
    return running;
  }

  /** Its files fail; the next file starts another thread. */
  #died(running: Running, error: Error): void {
    if (this.#running === running) this.#running = undefined;
    for (const file of [...running.files.values()]) file.fail(error);
    // Nobody uses this memory any more, so whoever waits for a part of it may have any: the file has failed.
    for (const resolve of running.waiting.splice(0)) resolve(0);
  }

  #ended(running: Running, id: number): void {
    running.files.delete(id);
    if (running.files.size > 0 || this.#running !== running) return;
    clearTimeout(this.#idle);
    // Neither the timer nor an idle thread keeps the program alive.
    this.#idle = setTimeout(() => this.#rest(running), idleMs).unref();
    running.worker.unref();
  }

  #rest(running: Running): void {
    if (this.#running === running) this.#running = undefined;
    void running.worker.terminate();
  }
}

function hear(running: Running, reply: Reply): void {
  if (reply.slot !== undefined) giveSlot(running, reply.slot);
  running.files.get(reply.id)?.hear(reply);
}

function takeSlot({ free, waiting }: Running): number | Promise<number> {
  return free.pop() ?? new Promise((resolve) => waiting.push(resolve));
}

function giveSlot({ free, waiting }: Running, slot: number): void {
  const next = waiting.shift();
  if (next) next(slot);
  else free.push(slot);
}
