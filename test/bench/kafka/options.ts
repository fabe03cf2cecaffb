import { randomInt } from 'node:crypto';

/** A number that whoever starts the bench may choose by the environment. */
export function numberFrom(variable: string, usual: number): number {
  const text = process.env[variable];
  if (!text) return usual;
  const number = Number(text);
  if (!(number > 0)) throw new Error(`${variable} is "${text}"; it must be a number above 0.`);
  return number;
}

/** Random moments that can be had again: BENCH_SEED names what a run printed. */
export function seededRandom(): { seed: number; next(): number } {
  const seed = numberFrom('BENCH_SEED', randomInt(1, 2 ** 31));
  let state = seed >>> 0;
  return {
    seed,
    // Mulberry32, by Tommy Ettinger (public domain).
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}
