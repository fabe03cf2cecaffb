import { AppError } from '../../../shared/error.ts';
import { Semaphore } from '../../semaphore.ts';

/** Each takes 32 MB, and one of Node's four threads, which files need as well, for a quarter of a second. */
const atOnce = 2;
/** Some five seconds' worth: nobody looks at an answer that comes much later. */
const mostWaiting = 40;

/** Passwords that are tried or chosen by people who are not signed in, and who may be anybody. */
export interface PasswordTurns {
  /** Derives when it is its turn. Throws `rate_limited` where too many wait already, and what deriving throws. */
  take<T>(derive: () => Promise<T>): Promise<T>;
}

export function openPasswordTurns({ waiting: most = mostWaiting } = {}): PasswordTurns {
  const turns = new Semaphore(atOnce);
  let here = 0;
  return {
    async take(derive) {
      if (here >= atOnce + most)
        throw new AppError('rate_limited', 'Too many people sign in at this moment. Try again in a few seconds.', {
          retryAfterSeconds: 5,
        });
      here++;
      try {
        return await turns.run(derive);
      } finally {
        here--;
      }
    },
  };
}
