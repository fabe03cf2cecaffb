/**
 * One after the other, within this thread. All LOAD DATA statements end with one and the same packet of the driver's:
 * while that waits for its connection, the end of another statement would write its own number into it, and the
 * server, which takes it for a packet of another statement, would wait for the end until it gives up.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(act: () => Promise<T>): Promise<T> {
    const taken = this.#last.then(act);
    // Whoever comes next does not care how it went.
    this.#last = taken.catch(() => undefined);
    return taken;
  }
}

export const bulkTurns = new Turns();
