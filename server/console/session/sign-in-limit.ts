import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../../../shared/error.ts';

const windowSeconds = 15 * 60;
const failuresPerPersonAndAddress = 10;
/** One address trying many e-mails. Wide, because a whole office may stand behind one address. */
const failuresPerAddress = 200;

/** Slows down guessing. Kept in memory: each process counts its own. */
export interface SignInLimit {
  /**
   * Lets somebody try a password. Each guess counts as a failure from the moment it begins, so that many at once are no
   * more than one after the other; a right one clears the person's failures from that address, and one that throws counts
   * nothing. `prove` gives undefined for a wrong password. Throws `rate_limited` after too many failures.
   */
  guess<T>(person: string, address: string, prove: () => Promise<T | undefined>): Promise<T | undefined>;
  /** The person has proved himself in another way. */
  forgive(person: string, address: string): Promise<void>;
}

export function openSignInLimit(): SignInLimit {
  const persons = new RateLimiterMemory({ points: failuresPerPersonAndAddress, duration: windowSeconds });
  const addresses = new RateLimiterMemory({ points: failuresPerAddress, duration: windowSeconds });
  const keyOf = (person: string, address: string) => `${person.toLowerCase()} ${address}`;

  async function count(person: string, address: string): Promise<void> {
    await consume(addresses, address);
    try {
      await consume(persons, person);
    } catch (refusal) {
      await addresses.reward(address);
      throw refusal;
    }
  }
  async function giveBack(person: string, address: string): Promise<void> {
    await persons.reward(person);
    await addresses.reward(address);
  }

  return {
    async guess(person, address, prove) {
      const key = keyOf(person, address);
      await count(key, address);
      const proved = await prove().catch(async (error: unknown) => {
        await giveBack(key, address);
        throw error;
      });
      if (proved === undefined) return undefined;
      await persons.delete(key);
      await addresses.reward(address);
      return proved;
    },
    async forgive(person, address) {
      await persons.delete(keyOf(person, address));
    },
  };
}

/** The limiter rejects with its state once the points are spent, and has counted that too; nothing was guessed then. */
async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    await limiter.reward(key);
    throw spent(refusal);
  }
}

function spent({ msBeforeNext }: RateLimiterRes): AppError {
  const minutes = Math.max(1, Math.ceil(msBeforeNext / 60_000));
  return new AppError(
    'rate_limited',
    `Too many wrong sign-ins. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}, or ask an admin to set a new password.`,
  );
}
