/**
 * The same pieces; `close` is called where they are left before the first was asked for. What a generator does at its end
 * is not done where it was never begun, so a player that goes away while its file is opened would leave it open for ever.
 */
export function closedUnread(
  pieces: AsyncGenerator<Uint8Array>,
  close: () => Promise<unknown>,
): AsyncIterableIterator<Uint8Array> {
  let isBegun = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      isBegun = true;
      return pieces.next();
    },
    async return() {
      if (!isBegun) await close();
      return await pieces.return(undefined);
    },
  };
}
