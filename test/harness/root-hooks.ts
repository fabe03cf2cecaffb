import { removeScratch } from './folders.ts';

/** Around each test file, in whichever process it runs. */
export const mochaHooks = {
  afterAll(): void {
    removeScratch();
  },
};
