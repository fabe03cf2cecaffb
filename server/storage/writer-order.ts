import type { StoredObject } from './storage.ts';

/** Given to the writer thread at its start: room for so many chunks that both sides see. */
export interface WriterInput {
  memory: SharedArrayBuffer;
}

/** To the writer thread: one chunk of a file's content. Its slot is the thread's until it answers. */
export interface ChunkOrder {
  /** Names the file among those being written. */
  id: number;
  /** With a file's first chunk. */
  begin?: { temporary: string; path: string; storageKey: Uint8Array };
  /** Which part of the shared memory the chunk lies in. */
  slot: number;
  length: number;
  isLast: boolean;
}

/** To the writer thread: the file will not be completed. */
export interface AbandonOrder {
  id: number;
  abandon: true;
}

export type Order = ChunkOrder | AbandonOrder;

/** From the writer thread, one for each order. */
export interface Reply {
  id: number;
  /** Free again. */
  slot?: number;
  /** The file is in its place. */
  stored?: StoredObject;
  /** The file cannot be written. */
  failure?: { message: string; code: string | undefined; syscall: string | undefined };
}
