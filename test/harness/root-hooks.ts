import { passwordCost } from '../../server/security/passwords.ts';
import { removeScratch } from './folders.ts';

// Half of the processor time of the console's tests would be the passwords of their users.
passwordCost.N = 2 ** 10;

/** Around each test file, in whichever process it runs. */
export const mochaHooks = {
  afterAll(): void {
    removeScratch();
  },
};
