import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../../../shared/error.ts';

const windowSeconds = 15 * 60;
const failuresPerPersonAndAddress = 10;
/** One address trying many e-mails. Wide, because a whole office may stand behind one address. */
const failuresPerAddress = 200;

/** Slows down guessing. Kept in memory: each process counts its own. */
export interface SignInLimit {
  /** Throws `rate_limited` while there have been too many failures. */
  check(email: string, address: string): Promise<void>;
  countFailure(email: string, address: string): Promise<void>;
  /** A right password clears the person's failures from that address. */
  forgive(email: string, address: string): Promise<void>;
}

export function openSignInLimit(): SignInLimit {
  const persons = new RateLimiterMemory({ points: failuresPerPersonAndAddress, duration: windowSeconds });
  const addresses = new RateLimiterMemory({ points: failuresPerAddress, duration: windowSeconds });
  const person = (email: string, address: string) => `${email.toLowerCase()} ${address}`;
  return {
    async check(email, address) {
      refuseWhenSpent(await persons.get(person(email, address)), failuresPerPersonAndAddress);
      refuseWhenSpent(await addresses.get(address), failuresPerAddress);
    },
    async countFailure(email, address) {
      await count(persons, person(email, address));
      await count(addresses, address);
    },
    async forgive(email, address) {
      await persons.delete(person(email, address));
    },
  };
}

function refuseWhenSpent(state: RateLimiterRes | null, points: number): void {
  if (!state || state.consumedPoints < points) return;
  const minutes = Math.max(1, Math.ceil(state.msBeforeNext / 60_000));
  throw new AppError(
    'rate_limited',
    `Too many wrong sign-ins. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}, or ask an admin to set a new password.`,
  );
}

/** The limiter rejects with its state once the points are spent; that is counted too and no failure. */
async function count(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
  }
}
