import { AppError } from '../../shared/error.ts';
import type { Storage } from '../storage/storage.ts';

/** Nobody is given the same work oftener while anything of it could be left. */
const claimsMost = 20;

/**
 * Removes the parts that workers before this one had completed when they ended in the middle: a report is made known as a
 * whole, so nobody else would ever find them. `keyOf` says where the nth part of a set lies under a claim; they are written one
 * after the other, so the first that is missing is the last to look for.
 */
export async function removeEarlierParts(
  storage: Storage,
  claim: number,
  sets: readonly { keyOf: (claim: number, nth: number) => string }[],
): Promise<void> {
  for (let earlier = Math.max(0, claim - claimsMost); earlier < claim; earlier++)
    for (const { keyOf } of sets)
      for (let nth = 1; await isThere(storage, keyOf(earlier, nth)); nth++) await storage.remove(keyOf(earlier, nth));
}

async function isThere(storage: Storage, key: string): Promise<boolean> {
  try {
    await storage.size(key);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return false;
    throw error;
  }
}
