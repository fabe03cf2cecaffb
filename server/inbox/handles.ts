import { Download } from './download.ts';
import { Listing } from './listing.ts';
import { Refusal } from './refusal.ts';
import type { Upload } from './upload.ts';

/** A file that was opened for writing, and how. */
export interface Writing {
  upload: Upload;
  isAppending: boolean;
}

type Opened = Writing | Download | Listing;

export const mostHandles = 64;

/** What one session has open, by the numbers that its client was given. */
export class Handles {
  readonly #opened = new Map<number, Opened>();
  #next = 1;

  /** Throws a Refusal where there are too many, before anything is opened. */
  requireRoom(): void {
    if (this.#opened.size >= mostHandles)
      throw Refusal.failed(`No more than ${mostHandles} files may be open at once. Close some first.`);
  }

  add(opened: Opened): number {
    const handle = this.#next++;
    this.#opened.set(handle, opened);
    return handle;
  }

  writing(handle: Buffer): Writing {
    const opened = this.#find(handle);
    if (opened instanceof Download || opened instanceof Listing)
      throw Refusal.denied('This file was not opened for writing.');
    return opened;
  }

  download(handle: Buffer): Download {
    const opened = this.#find(handle);
    if (!(opened instanceof Download)) throw Refusal.denied('This file was not opened for reading.');
    return opened;
  }

  listing(handle: Buffer): Listing {
    const opened = this.#find(handle);
    if (!(opened instanceof Listing)) throw Refusal.failed('This is no open folder.');
    return opened;
  }

  file(handle: Buffer): Writing | Download {
    const opened = this.#find(handle);
    if (opened instanceof Listing) throw Refusal.failed('This is a folder.');
    return opened;
  }

  take(handle: Buffer): Opened {
    const opened = this.#find(handle);
    this.#opened.delete(handle.readUInt32BE(0));
    return opened;
  }

  /** Everything that is open still, taken out. */
  takeAll(): Opened[] {
    const all = [...this.#opened.values()];
    this.#opened.clear();
    return all;
  }

  #find(handle: Buffer): Opened {
    const opened = handle.length === 4 ? this.#opened.get(handle.readUInt32BE(0)) : undefined;
    if (!opened) throw Refusal.failed('This file is not open any more.');
    return opened;
  }
}
