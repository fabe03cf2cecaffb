import { AppError } from '../../../shared/error.ts';

/** Each upload holds a piece of 192 KB and a connection; one account must not take all that there is. */
const uploadsOfAccount = 16;
const uploadsInAll = 96;

/** How many uploads each account has under way in this program. */
const underWay = new Map<number, number>();

export interface UploadSlot {
  /** When the upload has ended; again is as once. */
  free(): void;
}

/** Throws `rate_limited` when too many are under way. */
export function takeUploadSlot(accountId: number): UploadSlot {
  const ofAccount = underWay.get(accountId) ?? 0;
  const inAll = [...underWay.values()].reduce((sum, count) => sum + count, 0);
  if (ofAccount >= uploadsOfAccount)
    throw tooMany(`${ofAccount} uploads of this account are under way, the most at one time`);
  if (inAll >= uploadsInAll) throw tooMany('Too many uploads are under way at the moment');
  underWay.set(accountId, ofAccount + 1);
  let isFree = false;
  return {
    free() {
      if (!isFree) free(accountId);
      isFree = true;
    },
  };
}

function free(accountId: number): void {
  const left = (underWay.get(accountId) ?? 0) - 1;
  if (left > 0) underWay.set(accountId, left);
  else underWay.delete(accountId);
}

function tooMany(what: string): AppError {
  return new AppError('rate_limited', `${what}. Send this one again when one of them has ended.`, {
    retryAfterSeconds: 10,
  });
}
